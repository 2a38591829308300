import { describe, expect, it } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { advance } from '../advance.js';
import type { Program } from '../compile/program.js';
import { D, H } from '../one-task.rig.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import { nextTimer } from '../timers.js';
import { HISTORY_MAX, mergedHistory, stillCounted, wasCounted, withCounted, type HistoryCounted } from './history-counted.js';
import { order, program, received, segment } from './segments.rig.js';

const SUMS = {
  spent: { sum: 'total', event: 'order', within: '90d' },
  many: { count: 'order', within: '30d' },
  most: { max: 'total', event: 'order', within: '90d' },
};
const vip = program(segment({ let: SUMS, where: 'spent > 500' }));
/** Ticks come in time; message ids are forgotten each time, as they are after a day. */
const play = (events: readonly Event[], p = vip, before?: PersonState): PersonState | undefined =>
  events.reduce((state, event) => {
    const next = advance(p, 'u:ada', ticked(p, forget(state), event), { kind: 'event', event, clock: event.received }).state;
    return next && decodePerson(encodePerson(next));
  }, before);
const forget = (state: PersonState | undefined): PersonState | undefined =>
  state && { ...state, messages: { ...state.messages, current: [], before: [] } };
function ticked(p: Program, state: PersonState | undefined, { received }: Event): PersonState | undefined {
  const due = state === undefined ? undefined : nextTimer(state)?.due;
  if (due === undefined || due > received) return state;
  return ticked(p, advance(p, 'u:ada', state, { kind: 'timer', due, clock: due }).state, { received } as Event);
}
/** What all entries of each aggregate come to, however they are kept. */
const sums = (state: PersonState | undefined): number[] | undefined =>
  state?.segments[0]?.tallies.slice(0, 2).map(({ entries }) => entries.reduce((sum, { value }) => sum + (value as number), 0));

/** The imports of one file, or of parts of it, so many days later. */
const importAt = (day: number, list: readonly (readonly [id: number, at: number])[]): Event[] =>
  list.map(([id, at]) => order(at, id + 1, { id: `h${id}`, historical: true, ...received(day * D) }));

describe('history that is imported again', () => {
  it('counts once, in parts, twice, thrice, between what happens live, and also where values are merged by day', () => {
    let coarse = 0;
    const ids = fc.integer({ min: 1, max: 160 }).map((n) => Array.from({ length: n }, (_, i) => (i * 53) % 401));
    const at = (id: number): number => -((id * 37) % (29 * 24)) * H + id;
    fc.assert(
      fc.property(ids, fc.array(fc.tuple(fc.nat(), fc.nat()), { minLength: 1, maxLength: 3 }), fc.nat(6), (file, parts, live) => {
        const all = file.map((id) => [id, at(id)] as const);
        const repeats = parts.flatMap(([a, b], i) =>
          importAt(0.5 + 0.1 * i, all.slice(a % all.length, (a % all.length) + 1 + (b % all.length))),
        );
        const lives = Array.from({ length: live }, (_, i) => order(0.05 * i * D, 1_000, { id: `live ${i}` }));
        const state = play([...importAt(0, all), ...lives, ...repeats].toSorted((a, b) => a.received - b.received));
        const total = all.reduce((sum, [id]) => sum + id + 1, 0) + 1_000 * live;
        expect(sums(state)).toEqual([total, all.length + live]);
        if (state?.segments[0]?.tallies[0]?.coarse !== undefined) coarse++;
      }),
      { numRuns: 30 },
    );
    expect(coarse).toBeGreaterThan(3);
  });

  it('counts for the first time in a segment that was published since, and anew where what is counted is another', () => {
    const file = importAt(0, [[600, -D]]);
    const again = importAt(3, [[600, -D]]);
    const other = program(
      segment({ let: SUMS, where: 'spent > 500' }),
      segment({ name: 'new', let: SUMS, where: 'spent > 500' }, { name: 'new' }),
    );
    const state = play(again, other, play(file));
    expect(state?.segments.map((each) => [each.segment, each.tallies[0]?.entries.length])).toEqual([
      ['vip', 1],
      ['new', 1],
    ]);
    const changed = program(
      segment({ let: { ...SUMS, spent: { ...SUMS.spent, within: '80d' } }, where: 'spent > 500' }, { version: 2 }),
    );
    expect(sums(play(again, changed, play(file)))).toEqual([601, 1]);
  });

  it('is stored while it may count, and not where nothing is added to anything', () => {
    expect(play(importAt(0, [[600, -D]]))?.segments[0]?.history?.ids).toHaveLength(1);
    expect(play([order(0)])?.segments[0]?.history).toBeUndefined();
    const most = program(segment({ let: { most: SUMS.most }, where: 'most > 500' }));
    expect(play(importAt(0, [[600, -D]]), most)?.segments[0]?.history).toBeUndefined();
  });
});

describe('what is known to have been counted', () => {
  const at = (ms: number) => makeInstant(START + ms);
  const old = (ms: number, fields: Partial<Event> = {}): Event => order(ms, 1, { id: `e${ms}`, historical: true, ...fields });
  const full = Array.from({ length: HISTORY_MAX + 2 }, (_, i) => old(i)).reduce<HistoryCounted | undefined>(
    withCounted,
    undefined,
  );

  it(`is ${HISTORY_MAX} events; of older history nobody knows, of what happens live everybody does`, () => {
    expect(full?.ids).toHaveLength(HISTORY_MAX);
    expect(full?.before).toBe(at(1));
    expect([0, 1, 2].map((ms) => wasCounted(full, old(ms)))).toEqual(['unknown', 'unknown', 'yes']);
    expect(wasCounted(full, old(2, { id: 'another' }))).toBe('no');
    expect(wasCounted(full, order(0, 1, { id: 'live' }))).toBe('no');
  });

  it('lives as long as the longest window', () => {
    const two = [old(5), old(3)].reduce<HistoryCounted | undefined>(withCounted, undefined) as HistoryCounted;
    expect(two.ids.map(([time]) => time - START)).toEqual([3, 5]);
    const left = (ms: number) => stillCounted(two, 10 as never, at(ms))?.ids.length;
    expect([12, 13, 14, 15].map(left)).toEqual([2, 1, 1, undefined]);
    expect(stillCounted(full as HistoryCounted, 10 as never, at(10))?.before).toBe(at(1));
    expect(stillCounted(full as HistoryCounted, 10 as never, at(11))).not.toHaveProperty('before');
  });
});

describe('the history of two ids', () => {
  const of = (id: string, ms: number) => order(ms, 1, { id, historical: true });
  const counted = (...events: Event[]) =>
    events.reduce<HistoryCounted | undefined>((all, event) => withCounted(all, event), undefined);

  it('is that of one: each once, and as far as either forgot', () => {
    const merged = mergedHistory(counted(of('a', 1), of('b', 3)), counted(of('b', 3), of('c', 2)));
    expect(merged?.ids.map(([at]) => at - START)).toEqual([1, 2, 3]);
    expect(mergedHistory(undefined, merged)).toBe(merged);
    const before = makeInstant(START);
    expect(mergedHistory({ ids: [], before }, merged)?.before).toBe(before);
    const many = (from: number) => counted(...Array.from({ length: HISTORY_MAX }, (_, i) => of(`m${from + i}`, from + i)));
    const full = mergedHistory(many(0), many(HISTORY_MAX));
    expect([full?.ids.length, (full?.before ?? 0) - START]).toEqual([HISTORY_MAX, HISTORY_MAX - 1]);
  });
});
