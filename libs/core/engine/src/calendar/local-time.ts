import { assert, type Instant } from '@tripline/kernel';
import { stretchAt, type Stretch, type Zone } from './zones.js';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
/** Days looked at: the one before (a gap may push its time past midnight), the day itself, and those after it. */
const DAYS_MAX = 5;

/** `09:00` as minutes since midnight. */
export const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3));

/**
 * The first instant not before `from` at which clocks in the zone show that minute of the day. A time that does not exist (spring) is the
 * first instant after the gap; of one that occurs twice (autumn) only the first counts.
 */
export function nextLocalTime(zone: Zone, from: Instant, minute: number): Instant {
  const offset = zone.stretches[stretchAt(zone, from)]?.offsetMs ?? 0;
  const today = Math.floor((from + offset) / DAY_MS);
  for (let day = today - 1; day < today + DAYS_MAX; day++) {
    const at = instantOf(zone, day * DAY_MS + minute * MINUTE_MS);
    if (at >= from) return at;
  }
  assert(false, 'some local time within a few days is not before now');
}

/** The instant of a local time: in the first stretch that is not over by then, or where that begins. */
export function instantOf(zone: Zone, local: number): Instant {
  const first = stretchAt(zone, (local - 2 * DAY_MS) as Instant);
  const holds = ({ until, offsetMs }: Stretch): boolean => local - offsetMs < until;
  const stretch = zone.stretches.slice(first).find(holds);
  assert(stretch !== undefined, 'the last stretch of a zone has no end');
  return Math.max(local - stretch.offsetMs, stretch.from) as Instant;
}
