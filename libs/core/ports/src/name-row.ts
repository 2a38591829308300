import { later, type Instant } from '@tripline/kernel';
import { PROPERTY_NAMES_MAX, type EventSeen, type NameTally } from './event-memory.js';

const HOUR_MS = 3_600_000;
const HOURS_KEPT = 24;

/** What every `EventMemory` keeps of one event name, as JSON; lists of pairs, so that no name is a field. */
export type NameBody = {
  readonly total: number;
  readonly hours: readonly (readonly [hour: number, count: number])[];
  readonly looked: number;
  readonly properties: readonly (readonly [name: string, count: number])[];
  readonly cut: boolean;
};
export type NameRow = { readonly name: string; readonly lastSeen: Instant; readonly seen: NameBody };

const NOTHING: NameBody = { total: 0, hours: [], looked: 0, properties: [], cut: false };

/** A row with a tally added to it: hours that are over are dropped, and of the properties those that are carried most often are kept. */
export function addTally(row: NameRow | undefined, name: string, tally: NameTally, now: Instant): NameRow {
  const { total, hours, looked, properties, cut } = row?.seen ?? NOTHING;
  const all = [...sums(properties, tally.properties)].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return {
    name,
    lastSeen: later(row?.lastSeen ?? tally.lastSeen, tally.lastSeen),
    seen: {
      total: total + [...tally.hours.values()].reduce((sum, count) => sum + count, 0),
      hours: [...sums(hours, tally.hours)].filter(([hour]) => isOfLastDay(hour, now)),
      looked: looked + tally.looked,
      properties: all.slice(0, PROPERTY_NAMES_MAX),
      cut: cut || tally.cut || all.length > PROPERTY_NAMES_MAX,
    },
  };
}

/** As people ask for it. */
export const seenOf = ({ name, lastSeen, seen }: NameRow, now: Instant): EventSeen => ({
  name,
  lastDay: seen.hours.reduce((sum, [hour, count]) => (isOfLastDay(hour, now) ? sum + count : sum), 0),
  total: seen.total,
  lastSeen,
  looked: seen.looked,
  properties: seen.properties.map(([property, count]) => ({ name: property, count })),
  cut: seen.cut,
});

const isOfLastDay = (hour: number, now: Instant): boolean => hour > Math.floor(now / HOUR_MS) - HOURS_KEPT;

function sums<K>(a: Iterable<readonly [K, number]>, b: Iterable<readonly [K, number]>): Map<K, number> {
  const all = new Map(a);
  for (const [key, count] of b) all.set(key, (all.get(key) ?? 0) + count);
  return all;
}
