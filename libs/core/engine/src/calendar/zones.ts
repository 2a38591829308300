import moment from 'moment-timezone';
import { assert, type Instant } from '@tripline/kernel';

/** One stretch of a zone with one offset: local time is UTC + `offsetMs`, in `[from, until)`. */
export type Stretch = { readonly from: number; readonly until: number; readonly offsetMs: number };
/** A time zone as the stretches of its offsets, in order and without a hole, from minus to plus infinity. */
export type Zone = { readonly name: string; readonly stretches: readonly Stretch[] };

/** Which release of the IANA data this build has, as `2026f`; of two the later one is the greater text. */
export const ZONE_DATA_VERSION: string = moment.tz.dataVersion;

const MINUTE_MS = 60_000;
/** Read once; by the data's own names, so that it cannot grow. */
const known = new Map<string, Zone>();

/**
 * The zone of an IANA name, from data that are pinned with the build: never the machine's. Undefined for a name the data do not have;
 * a fixed offset (`+02:00`) is no name. The data reach until 2499; after that the last offset stays.
 */
export function findZone(name: string): Zone | undefined {
  const found = moment.tz.zone(name);
  if (found === null) return undefined;
  const before = known.get(found.name);
  if (before !== undefined) return before;
  const zone = { name: found.name, stretches: stretchesOf(found.untils, found.offsets) };
  known.set(found.name, zone);
  return zone;
}

export function mustFindZone(name: string): Zone {
  const zone = findZone(name);
  assert(zone !== undefined, `there is no time zone ${JSON.stringify(name)}`);
  return zone;
}

/** The library gives the end of each stretch and minutes west of Greenwich. */
const stretchesOf = (untils: readonly (number | null)[], offsets: readonly number[]): Stretch[] =>
  offsets.map((west, i) => ({
    from: i === 0 ? Number.NEGATIVE_INFINITY : (untils[i - 1] ?? Number.POSITIVE_INFINITY),
    until: untils[i] ?? Number.POSITIVE_INFINITY,
    offsetMs: -Math.round(west * MINUTE_MS),
  }));

/** Where in `stretches` the instant lies. */
export function stretchAt({ stretches }: Zone, at: Instant): number {
  let low = 0;
  let high = stretches.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (at < (stretches[middle]?.until ?? Number.POSITIVE_INFINITY)) high = middle;
    else low = middle + 1;
  }
  return low;
}
