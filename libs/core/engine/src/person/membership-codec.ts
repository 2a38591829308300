import { plus, type Duration, type Instant, type Json } from '@tripline/kernel';
import type { CausedBy } from '@tripline/model';
import type { HistoryCounted } from '../segment/history-counted.js';
import type { Entry, Tally } from '../segment/tally.js';
import { at } from './packed.js';
import type { Membership } from './person-state.js';

/** After its span from zero: its value (absent where it is 1), how long after that it counts from, who caused it, whether it is silent. */
type StoredEntry = [span: number, value?: Json, from?: number, cause?: [trigger: string, depth: number] | null, silent?: 1];
type StoredTally = [entries: (number | StoredEntry)[], coarse?: number];
type StoredHistory = [ids: [span: number, hash: number][], before?: number];
type StoredMembership = [
  ...[segment: string, version: number, test: string, at: number, member: 0 | 1 | null, tallies: StoredTally[]],
  ...[timer: [armed: number, due: number] | null, traits?: [from: number, silent: 0 | 1] | null],
  ...[history?: StoredHistory],
];
export type StoredSegments = readonly StoredMembership[];

/** Memberships as plain lists, instants as what they are after `zero`; an event that was counted in time is one number. */
export const packSegments = (segments: readonly Membership[], zero: Instant): StoredSegments =>
  segments.map((each) => packMembership(each, zero));

function packMembership(m: Membership, zero: Instant): StoredMembership {
  const { segment, version, test, at, member, armed, due, traitsFrom } = m;
  const tallies = m.tallies.map(({ entries, coarse }): StoredTally => [
    entries.map((entry) => packEntry(entry, zero)),
    ...(coarse === undefined ? [] : [coarse - zero]),
  ] as StoredTally); // prettier-ignore
  const timer: [number, number] | null = armed === undefined || due === undefined ? null : [armed - zero, due - zero];
  const known = member === undefined ? null : member ? 1 : 0;
  const traits: [number, 0 | 1] | null = traitsFrom === undefined ? null : [traitsFrom - zero, m.traitsSilent === true ? 1 : 0];
  const head = [segment, version, test, at - zero, known, tallies, timer] as const;
  if (m.history !== undefined) return [...head, traits, packHistory(m.history, zero)];
  return traits === null ? [...head] : [...head, traits];
}

const packHistory = ({ ids, before }: HistoryCounted, zero: Instant): StoredHistory => {
  const spans = ids.map(([at, hash]): [number, number] => [at - zero, hash]);
  return before === undefined ? [spans] : [spans, before - zero];
};

function packEntry({ at, from, value, cause, silent }: Entry, zero: Instant): number | StoredEntry {
  const span = at - zero;
  if (silent === true) return [span, value, from - at, packCause(cause), 1];
  if (cause !== undefined) return [span, value, from - at, packCause(cause)];
  if (from !== at) return [span, value, from - at];
  return value === 1 ? span : [span, value];
}

const packCause = (cause: CausedBy | undefined): [string, number] | null =>
  cause === undefined ? null : [cause.trigger, cause.depth];

/** Reads what `packSegments` wrote. */
export const unpackSegments = (stored: StoredSegments | undefined, zero: Instant): readonly Membership[] =>
  (stored ?? []).map((each) => unpackMembership(each, zero));

function unpackMembership(m: StoredMembership, zero: Instant): Membership {
  const [segment, version, test, span, member, tallies, timer, traits, history] = m;
  return {
    ...{ segment, version, test, at: at(zero, span) },
    ...(member === null ? {} : { member: member === 1 }),
    tallies: tallies.map((tally) => unpackTally(tally, zero)),
    ...(traits === undefined || traits === null
      ? {}
      : { traitsFrom: at(zero, traits[0]), ...(traits[1] === 1 ? { traitsSilent: true } : {}) }),
    ...(timer === null ? {} : { armed: at(zero, timer[0]), due: at(zero, timer[1]) }),
    ...(history === undefined ? {} : { history: unpackHistory(history, zero) }),
  };
}

const unpackHistory = ([ids, before]: StoredHistory, zero: Instant): HistoryCounted => ({
  ids: ids.map(([span, hash]) => [at(zero, span), hash] as const),
  ...(before === undefined ? {} : { before: at(zero, before) }),
});

const unpackTally = ([entries, coarse]: StoredTally, zero: Instant): Tally => ({
  entries: entries.map((entry) => unpackEntry(entry, zero)),
  ...(coarse === undefined ? {} : { coarse: at(zero, coarse) }),
});

function unpackEntry(stored: number | StoredEntry, zero: Instant): Entry {
  const [span, value = 1, from = 0, cause, silent] = typeof stored === 'number' ? [stored] : stored;
  const happened = at(zero, span);
  return {
    ...{ at: happened, from: plus(happened, from as Duration), value },
    ...(cause === undefined || cause === null ? {} : { cause: { trigger: cause[0], depth: cause[1] } }),
    ...(silent === 1 ? { silent: true } : {}),
  };
}
