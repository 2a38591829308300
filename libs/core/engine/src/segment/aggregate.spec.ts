import { describe, expect, it } from '@jest/globals';
import type { Duration, Instant } from '@tripline/kernel';
import type { AggregateKind } from '@tripline/model';
import fc from 'fast-check';
import { DISTINCT_MAX, mergedTally, settled, VALUES_MAX, valueAt, withEntry } from './aggregate.js';
import { NO_TALLY, type Entry, type Tally } from './tally.js';
import type { AggregatePart } from '../compile/compiled-segment.js';
import { UNKNOWN } from '../expression/value.js';

const DAY = 86_400_000;
const part = (kind: AggregateKind, within = 30 * DAY): AggregatePart => ({ name: 'n', kind, event: 'e', within: within as Duration }); // prettier-ignore
const entry = (at: number, value = 1, from = at): Entry => ({ at: at as Instant, from: from as Instant, value });
const tallyOf = (of: AggregatePart, ...entries: Entry[]): Tally =>
  entries.reduce<Tally>((tally, each) => withEntry(of, tally, each), NO_TALLY);
const at = (of: AggregatePart, tally: Tally, now: number) => valueAt(of, tally, now as Instant);

describe('an aggregate', () => {
  it.each<[AggregateKind, unknown, unknown]>([
    ['count', 3, 0],
    ['sum', 9, 0],
    ['min', 2, UNKNOWN],
    ['max', 4, UNKNOWN],
    ['first', 3, UNKNOWN],
    ['last', 2, UNKNOWN],
    ['distinct', 3, 0],
  ])('%s comes to %p, and of nothing to %p', (kind, expected, ofNothing) => {
    const given = part(kind);
    const counted = kind === 'count' ? [entry(1), entry(5), entry(9)] : [entry(1, 3), entry(9, 2), entry(5, 4)];
    expect(at(given, tallyOf(given, ...counted), 9)).toBe(expected);
    expect([at(given, NO_TALLY, 9), at(given, tallyOf(given, ...counted), 9 + 30 * DAY)]).toEqual([ofNothing, ofNothing]);
  });

  it('keeps values one by one up to a limit, then by the day, each day as long as its newest', () => {
    const sum = part('sum');
    const many = Array.from({ length: VALUES_MAX }, (_, i) => entry(i * 1_000));
    const full = tallyOf(sum, ...many);
    expect([full.entries.length, full.coarse]).toEqual([VALUES_MAX, undefined]);
    const over = withEntry(sum, full, entry(5 * DAY));
    expect(over).toEqual({
      coarse: DAY,
      entries: [{ at: (VALUES_MAX - 1) * 1_000, from: 0, value: VALUES_MAX }, entry(5 * DAY)],
    });
    expect(at(sum, over, 30 * DAY + (VALUES_MAX - 1) * 1_000 - 1)).toBe(VALUES_MAX + 1);
    expect(at(sum, over, 30 * DAY + (VALUES_MAX - 1) * 1_000)).toBe(1);
    expect(withEntry(sum, over, entry(7, 10)).entries[0]).toEqual({ at: 99_000, from: 0, value: VALUES_MAX + 10 });
  });

  it('stays exact in day buckets but for when they leave, and bounded', () => {
    const kinds = fc.constantFrom<AggregateKind>('count', 'sum', 'min', 'max', 'first', 'last');
    const events = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 * DAY }), fc.integer({ min: 1, max: 50 })), { minLength: VALUES_MAX + 1, maxLength: 2 * VALUES_MAX }); // prettier-ignore
    fc.assert(
      fc.property(kinds, events, (kind, given) => {
        const of = part(kind);
        const all = given.map(([ms, v]) => entry(ms, kind === 'count' ? 1 : v));
        const tally = tallyOf(of, ...all);
        const values = all.toSorted((a, b) => a.at - b.at).map((e) => Number(e.value));
        const exact = {
          count: values.length,
          sum: values.reduce((a, b) => a + b, 0),
          ...{ min: Math.min(...values), max: Math.max(...values), first: values[0], last: values.at(-1) },
          distinct: 0,
        };
        expect(at(of, tally, 21 * DAY)).toBe(exact[kind]);
        expect(tally.coarse).toBeDefined();
        expect(tally.entries.length).toBeLessThanOrEqual(VALUES_MAX + 21);
      }),
      { numRuns: 100 },
    );
  });

  it('keeps one entry of each different value, and of too many the newest', () => {
    const distinct = part('distinct', DAY);
    expect(tallyOf(distinct, entry(0, 7), entry(5, 8), entry(DAY, 7)).entries).toEqual([entry(5, 8), entry(DAY, 7, 0)]);
    const apart = tallyOf(distinct, entry(0, 7), entry(DAY + 1, 7));
    expect([at(distinct, apart, DAY - 1), at(distinct, apart, DAY), at(distinct, apart, DAY + 1)]).toEqual([1, 0, 1]);
    const many = tallyOf(distinct, ...Array.from({ length: DISTINCT_MAX + 5 }, (_, i) => entry(i, i)));
    expect([many.entries.length, many.entries[0]?.value, at(distinct, many, 500)]).toEqual([DISTINCT_MAX, 5, DISTINCT_MAX]);
  });

  it('forgets what has left the window, and that something was late', () => {
    const count = part('count', 10);
    const tally = tallyOf(count, entry(0), entry(3, 1, 8), entry(9));
    expect(settled(count, tally, 8 as Instant)).toEqual({ entries: [entry(0), entry(3), entry(9)] });
    expect(settled(count, tally, 9 as Instant)).toEqual({ entries: [entry(3), entry(9)] });
    expect(settled(count, tally, 18 as Instant)).toEqual({ entries: [] });
  });
});

describe('the values of two ids', () => {
  const values = fc.array(fc.record({ at: fc.nat({ max: 40 }), value: fc.constantFrom(1, 2, 3) }), { maxLength: 12 });

  it.each<AggregateKind>(['count', 'sum', 'min', 'max', 'distinct'])('come to what one id would have kept: %s', (kind) => {
    const given = part(kind, 10);
    fc.assert(
      fc.property(values, values, (mine, theirs) => {
        const [a, b] = [mine, theirs].map((all) => all.map((each) => entry(each.at, kind === 'count' ? 1 : each.value)));
        const both = mergedTally(given, tallyOf(given, ...(a ?? [])), tallyOf(given, ...(b ?? [])));
        const one = tallyOf(given, ...(a ?? []), ...(b ?? []));
        for (let now = 0; now <= 51; now++) expect(at(given, both, now)).toBe(at(given, one, now));
      }),
    );
  });

  it('are bounded as those of one: older ones by the day, a day in both buckets once', () => {
    const sum = part('sum');
    const many = (shift: number): Tally =>
      tallyOf(sum, ...Array.from({ length: VALUES_MAX + 20 }, (_, i) => entry((i * DAY) / 10 + shift)));
    const both = mergedTally(sum, many(0), many(1));
    const { coarse = 0, entries } = both;
    expect(entries.filter((each) => each.at >= coarse).length).toBeLessThanOrEqual(VALUES_MAX);
    const days = entries.filter((each) => each.at < coarse).map((each) => Math.floor(each.at / DAY));
    expect(days).toEqual([...new Set(days)]);
    expect(at(sum, both, 12 * DAY)).toBe(2 * (VALUES_MAX + 20));
    const distinct = part('distinct');
    const texts = (from: number): Tally =>
      tallyOf(distinct, ...Array.from({ length: DISTINCT_MAX }, (_, i) => entry(i, from + i)));
    expect(mergedTally(distinct, texts(0), texts(1_000)).entries).toHaveLength(DISTINCT_MAX);
  });
});
