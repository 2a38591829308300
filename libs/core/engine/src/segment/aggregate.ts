import { days, later, plus, type Instant, type Json } from '@tripline/kernel';
import type { AggregatePart } from '../compile/compiled-segment.js';
import type { Entry, Tally } from './tally.js';
import { UNKNOWN, type Value } from '../expression/value.js';

/** Values kept one by one of one aggregate and person; past it older ones go over to day buckets, counted. */
export const VALUES_MAX = 100;
/** Different values kept for one `distinct`; past it the oldest gives way, counted: the number is then at least that. */
export const DISTINCT_MAX = 200;
/** A text longer than this is not kept as a value, in characters of JSON: it is unknown. */
export const VALUE_LENGTH_MAX = 200;

/**
 * Aggregates of events over a sliding window, as a value.
 * A1. An entry counts in `[from, at + within)`, whatever came after it.
 * A2. At most `VALUES_MAX` entries are kept one by one; older ones are merged by UTC day, and leave the window with the newest of their day.
 * A3. Of `distinct` one entry a value is kept, as long as its times are without a gap: that is exact.
 */
export function withEntry(part: AggregatePart, tally: Tally, entry: Entry): Tally {
  if (part.kind === 'distinct') return withDistinct(part, tally, entry);
  const before = tally.entries.filter(({ at }) => at <= entry.at);
  return bounded(part, [...before, entry, ...tally.entries.slice(before.length)], tally.coarse);
}

/** The values of both, as if they had all been kept in one; where both have a day in a bucket, it is one. */
export function mergedTally(part: AggregatePart, a: Tally, b: Tally): Tally {
  if (part.kind === 'distinct') return b.entries.reduce((all, entry) => withDistinct(part, all, entry), a);
  const sorted = [...a.entries, ...b.entries].sort((x, y) => x.at - y.at);
  const coarse = [a.coarse, b.coarse].reduce((x, y) => (x === undefined || y === undefined ? (x ?? y) : later(x, y)));
  return bounded(part, sorted, coarse);
}

/** A2. */
function bounded(part: AggregatePart, sorted: readonly Entry[], coarse: Instant | undefined): Tally {
  const single = coarse === undefined ? sorted : sorted.filter(({ at }) => at >= coarse);
  const last = single.at(-1 - VALUES_MAX);
  if (last !== undefined) return { coarse: nextMidnight(last.at), entries: inBuckets(part, sorted, nextMidnight(last.at)) };
  return coarse === undefined ? { entries: sorted } : { coarse, entries: inBuckets(part, sorted, coarse) };
}

const DAY = days(1);
const dayOf = (at: Instant): number => Math.floor(at / DAY);
const nextMidnight = (at: Instant): Instant => ((dayOf(at) + 1) * DAY) as Instant;

function inBuckets(part: AggregatePart, entries: readonly Entry[], coarse: Instant): readonly Entry[] {
  const all: Entry[] = [];
  for (const entry of entries) {
    const last = all.at(-1);
    if (last === undefined || entry.at >= coarse || dayOf(last.at) !== dayOf(entry.at)) all.push(entry);
    else all[all.length - 1] = merged(part, last, entry);
  }
  return all;
}

/** Two entries of one day as one; `b` is not older. */
function merged({ kind }: AggregatePart, a: Entry, b: Entry): Entry {
  const value = kind === 'first' ? (isFirst(a, b) ? a : b).value : kind === 'last' ? b.value : combined(kind, a.value, b.value);
  const from = Math.min(a.from, b.from) as Instant;
  const cause = b.cause ?? a.cause;
  return { at: b.at, from, value, ...(cause === undefined ? {} : { cause }) };
}

/** A bucket was there before what falls into it. */
const isFirst = (a: Entry, b: Entry): boolean => oldest(a) < oldest(b) || (oldest(a) === oldest(b) && b.from >= b.at);
const oldest = ({ at, from }: Entry): number => Math.min(at, from);

function combined(kind: AggregatePart['kind'], a: Json, b: Json): Json {
  if (typeof a !== 'number' || typeof b !== 'number') return b;
  return kind === 'min' ? Math.min(a, b) : kind === 'max' ? Math.max(a, b) : a + b;
}

function withDistinct(part: AggregatePart, tally: Tally, entry: Entry): Tally {
  const isOne = (e: Entry): boolean =>
    e.value === entry.value && e.from <= plus(entry.at, part.within) && entry.from <= plus(e.at, part.within);
  const same = tally.entries.filter(isOne);
  const at = Math.max(entry.at, ...same.map((e) => e.at)) as Instant;
  const from = Math.min(entry.from, ...same.map((e) => e.from)) as Instant;
  const entries = [...tally.entries.filter((e) => !isOne(e)), { ...entry, at, from }].sort((a, b) => a.at - b.at);
  return { entries: entries.slice(-DISTINCT_MAX) };
}

/** What the aggregate comes to at that instant; unknown where there is no value to take. */
export function valueAt({ kind, within }: AggregatePart, { entries }: Tally, at: Instant): Value {
  const live = entries.filter((entry) => entry.from <= at && at < plus(entry.at, within));
  if (kind === 'distinct') return new Set(live.map(({ value }) => value)).size;
  if (kind === 'first' || kind === 'last') return live.at(kind === 'first' ? 0 : -1)?.value ?? UNKNOWN;
  const numbers = live.map(({ value }) => value).filter((value) => typeof value === 'number');
  if (kind === 'min' || kind === 'max') return numbers.length === 0 ? UNKNOWN : numbers.reduce(kind === 'min' ? least : most);
  const total = numbers.reduce((sum, value) => sum + value, 0);
  return Number.isFinite(total) ? total : UNKNOWN;
}

const least = (a: number, b: number): number => Math.min(a, b);
const most = (a: number, b: number): number => Math.max(a, b);

/** Without what can no longer count after `horizon`; what was late is as any other by then. */
export function settled({ within }: AggregatePart, tally: Tally, horizon: Instant): Tally {
  const entries = tally.entries
    .filter((entry) => plus(entry.at, within) > Math.max(horizon + 1, entry.from))
    .map((entry) => (entry.at <= horizon && entry.from <= horizon ? known(entry) : entry));
  const isCoarse = tally.coarse !== undefined && (entries[0]?.at ?? tally.coarse) < tally.coarse;
  return isCoarse && tally.coarse !== undefined ? { entries, coarse: tally.coarse } : { entries };
}

const known = ({ at, value, cause }: Entry): Entry => ({ at, from: at, value, ...(cause === undefined ? {} : { cause }) });
