import { describe, expect, it } from '@jest/globals';
import { encodeUtf8, plus, seconds } from '@tripline/kernel';
import { encodeTaskInput, TOPICS, type Event } from '@tripline/model';
import { EVENT_NAMES_MAX, PROPERTY_NAMES_MAX, type LogRecord, type Tally } from '@tripline/ports';
import { makeEvent, START } from '@tripline/testing-builders';
import * as fc from 'fast-check';
import { LOOKED_MAX, PartitionTally } from './partition-tally.js';

const HOUR = Math.floor(START / 3_600_000);
const record = (offset: number, value: Uint8Array, appended = START): LogRecord => ({
  ...{ topic: TOPICS.events, partition: 0, offset, key: null, value, appended, headers: {} },
});
const event = (offset: number, fields: Partial<Event> = {}): LogRecord =>
  record(offset, encodeTaskInput({ kind: 'event', ...makeEvent(fields) }));
const ofNames = (tally: Tally): unknown =>
  Object.fromEntries(
    [...tally.names].map(([name, { hours, looked, properties }]) => [name, [[...hours], looked, [...properties]]]),
  );

describe('what is counted of a partition', () => {
  it('is every event by name and hour of the log, and what it carries', () => {
    const tally = new PartitionTally(0, undefined, 0);
    const late = encodeTaskInput({ kind: 'event', ...makeEvent({ name: 'b' }) });
    const records = [
      event(0, { name: 'a', properties: { sku: 1, gone: null } }),
      event(1, { name: 'a "quoted"', properties: { sku: 1 } }),
      record(2, encodeTaskInput({ kind: 'tick', upTo: START })),
      record(3, encodeUtf8('{"kind":"event","name":"broken')),
      record(4, encodeUtf8('no JSON')),
      record(5, late, plus(START, seconds(3_600))),
      event(6, { name: 'a', properties: { price: 2 } }),
    ];
    tally.take(records, 9, 12);
    const held = tally.hold();
    expect(held).toMatchObject({ partition: 0, next: 9, behind: 3 });
    expect(held).not.toHaveProperty('from');
    expect(ofNames(held)).toEqual({
      a: [
        [[HOUR, 2]],
        2,
        [
          ['sku', 1],
          ['gone', 1],
          ['price', 1],
        ],
      ],
      'a "quoted"': [[[HOUR, 1]], 1, [['sku', 1]]],
      b: [[[HOUR + 1, 1]], 1, []],
    });
    expect(held.names.get('b')?.lastSeen).toBe(plus(START, seconds(3_600)));
  });

  it('is of a broken event its name only, and of many the first are looked at', () => {
    const tally = new PartitionTally(0, undefined, 0);
    tally.take([record(0, encodeUtf8('{"kind":"event","name":"broken","id":}'))], 1, 1);
    tally.take(
      Array.from({ length: 3 * LOOKED_MAX }, (_, i) => event(i + 1, { name: 'a', properties: { [`p${i % 2}`]: i } })),
      61,
      61,
    );
    expect(ofNames(tally.hold())).toEqual({
      broken: [[[HOUR, 1]], 0, []],
      a: [
        [[HOUR, 60]],
        LOOKED_MAX,
        [
          ['p0', LOOKED_MAX / 2],
          ['p1', LOOKED_MAX / 2],
        ],
      ],
    });
  });

  it('is bounded: so many names, so many properties, none that is too long', () => {
    const tally = new PartitionTally(0, undefined, 0);
    tally.take(
      Array.from({ length: EVENT_NAMES_MAX + 3 }, (_, i) => event(i, { name: `n${i}` })),
      2_003,
      2_003,
    );
    tally.take([event(2_003, { name: 'n0' })], 2_004, 2_004);
    expect(tally.hold().names.size).toBe(EVENT_NAMES_MAX);
    expect([tally.takeNamesOver(), tally.takeNamesOver()]).toEqual([3, 0]);
    const of = (properties: Event['properties']) => {
      const one = new PartitionTally(0, undefined, 0);
      one.take([event(0, { name: 'a', properties })], 1, 1);
      const { properties: kept, cut } = one.hold().names.get('a')!;
      return [kept.size, cut];
    };
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`p${i}`, i]));
    expect(of(many(PROPERTY_NAMES_MAX))).toEqual([PROPERTY_NAMES_MAX, false]);
    expect(of(many(PROPERTY_NAMES_MAX + 1))).toEqual([PROPERTY_NAMES_MAX, true]);
    expect(of({ ['x'.repeat(101)]: 1, a: 1 })).toEqual([1, true]);
  });
});

describe('writing down what was counted', () => {
  const of = (tally: Tally): number =>
    [...tally.names.values()].flatMap(({ hours }) => [...hours.values()]).reduce((a, b) => a + b, 0);

  it('gives back what could not be written, with what came meanwhile', () => {
    const tally = new PartitionTally(0, 5, 5);
    expect(tally.isNew).toBe(false);
    tally.take([event(4), event(5), event(6)], 7, 7);
    expect(of(tally.hold())).toBe(2);
    tally.take([event(7)], 8, 8);
    tally.keep();
    const held = tally.hold();
    expect([held.from, held.next, of(held)]).toEqual([5, 8, 3]);
    expect(tally.release(8)).toBe(true);
    expect([tally.isNew, of(tally.hold())]).toEqual([false, 0]);
  });

  it('goes on from where another has counted, and counts nothing of that again', () => {
    const tally = new PartitionTally(0, 0, 0);
    tally.take([event(0), event(1)], 2, 2);
    tally.hold();
    tally.take([event(2)], 3, 3);
    expect(tally.release(6)).toBe(false);
    tally.take([event(5), event(6), event(7)], 8, 8);
    const held = tally.hold();
    expect([held.from, held.next, of(held)]).toEqual([6, 8, 2]);
  });

  it('counts each record once, however writing fails', () => {
    const step = fc.constantFrom('take', 'again', 'write', 'fail', 'late');
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const tally = new PartitionTally(0, undefined, 0);
        let [offset, position, written] = [0, undefined as number | undefined, 0];
        const write = (meanwhile: boolean) => {
          const held = tally.hold();
          if (meanwhile) tally.take([event(offset++)], offset, offset);
          expect(held.from).toBe(position);
          written += of(held);
          position = held.next;
          expect(tally.release(position)).toBe(true);
          expect(written).toBe(position);
        };
        for (const each of steps) {
          if (each === 'take') tally.take([event(offset), event(offset + 1)], (offset += 2), offset);
          if (each === 'again' && offset > 0) tally.take([event(offset - 1)], offset, offset);
          if (each === 'fail') {
            tally.hold();
            tally.keep();
          }
          if (each === 'write' || each === 'late') write(each === 'late');
        }
        write(false);
        expect(written).toBe(offset);
      }),
    );
  });
});
