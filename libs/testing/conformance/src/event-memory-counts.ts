import { expect, test } from '@jest/globals';
import { hours, makeInstant, plus, type Instant } from '@tripline/kernel';
import type { EventSeen } from '@tripline/ports';
import { START } from '@tripline/testing-builders';
import { counted, HOUR_MS, tally } from './event-tallies.js';
import type { GateRig } from './gate-rig.js';

/** The promises of the `EventMemory` port: what is counted, once each. */
export function countPromises(rig: GateRig): void {
  const seenAt = async (now: Instant = START): Promise<readonly EventSeen[]> => (await rig.ports.events.seen(now)).events;
  test('nothing was seen in the beginning, and no partition was counted', async () => {
    expect(await seenAt()).toEqual([]);
    expect(await rig.ports.events.position(0)).toBeUndefined();
  });

  test('counts add up over partitions and writes, also for another process', async () => {
    const first = tally(undefined, 10, { b: counted({ count: 3, properties: { sku: 3, price: 1 } }), a: counted() });
    const second = tally(undefined, 4, { b: counted({ count: 2, properties: { price: 2, sku: 2, size: 1 } }) }, 1);
    expect(await rig.ports.events.add([first, second], START)).toEqual({
      positions: new Map([
        [0, 10],
        [1, 4],
      ]),
      namesOver: 0,
    });
    await rig.ports.events.add([tally(10, 12, { b: counted({ at: plus(START, hours(1)), properties: { sku: 1 } }) })], START);
    const other = await rig.place.ports();
    const b = { name: 'b', total: 6, lastDay: 6, looked: 6, lastSeen: plus(START, hours(1)), cut: false };
    const properties = [
      { name: 'sku', count: 6 },
      { name: 'price', count: 3 },
      { name: 'size', count: 1 },
    ];
    expect((await other.events.seen(plus(START, hours(1)))).events).toEqual([
      expect.objectContaining({ name: 'a' }),
      { ...b, properties },
    ]);
    expect(await other.events.position(0)).toBe(12);
    await other.close();
  });

  test('what another has counted already counts once: a tally from elsewhere adds nothing and is told where to go on', async () => {
    await rig.ports.events.add([tally(undefined, 10, { a: counted() })], START);
    for (const from of [undefined, 9, 11])
      expect(await rig.ports.events.add([tally(from, 20, { a: counted({ count: 5 }), z: counted() })], START)).toEqual({
        positions: new Map([[0, 10]]),
        namesOver: 0,
      });
    expect(await rig.ports.events.add([tally(7, 8, { a: counted() }, 3)], START)).toEqual({ positions: new Map(), namesOver: 0 });
    expect((await seenAt()).map(({ name: each, total }) => [each, total])).toEqual([['a', 1]]);
    expect(await rig.ports.events.position(0)).toBe(10);
  });

  test('of counters at once one is counted', async () => {
    const other = await rig.place.ports();
    const adding = Array.from({ length: 10 }, (_, i) =>
      (i % 2 === 0 ? rig.ports : other).events.add([tally(undefined, 10 + i, { a: counted() })], START),
    );
    const positions = (await Promise.all(adding)).map((each) => each.positions.get(0));
    expect(new Set(positions).size).toBe(1);
    expect(await seenAt()).toMatchObject([{ total: 1 }]);
    await other.close();
  });

  test('how much is still to be counted is that of all partitions, as of the last write', async () => {
    expect(await rig.ports.events.seen(START)).toEqual({ events: [], behind: 0 });
    await rig.ports.events.add(
      [
        { ...tally(undefined, 1, {}), behind: 7 },
        { ...tally(undefined, 1, {}, 1), behind: 5 },
      ],
      START,
    );
    expect((await rig.ports.events.seen(START)).behind).toBe(12);
    await rig.ports.events.add([{ ...tally(1, 8, {}), behind: 0 }], START);
    expect((await rig.ports.events.seen(START)).behind).toBe(5);
  });

  test('the last day is this hour and the 23 before it', async () => {
    await rig.ports.events.add([tally(undefined, 1, { a: counted({ count: 7 }) })], START);
    const lastDay = async (ms: number) => (await seenAt(makeInstant(START + ms)))[0]?.lastDay;
    expect(await lastDay(0)).toBe(7);
    expect(await lastDay(24 * HOUR_MS - 1)).toBe(7);
    expect(await lastDay(24 * HOUR_MS)).toBe(0);
    const later = plus(START, hours(24));
    await rig.ports.events.add([tally(1, 2, { a: counted({ at: later, count: 2 }) })], later);
    expect(await seenAt(later)).toMatchObject([{ lastDay: 2, total: 9, lastSeen: later }]);
    await rig.ports.events.add([tally(2, 3, { a: counted() })], later);
    expect(await seenAt(later)).toMatchObject([{ lastDay: 2, total: 10, lastSeen: later }]);
  });
}
