import type { Instant } from '@tripline/kernel';
import type { NameTally, Tally } from '@tripline/ports';
import { START } from '@tripline/testing-builders';

export const HOUR_MS = 3_600_000;
const hourOf = (at: Instant): number => Math.floor(at / HOUR_MS);

type Given = { readonly at?: Instant; readonly count?: number; readonly properties?: Readonly<Record<string, number>> };

/** So many in the hour of `at`, all of them looked at. */
export const counted = ({ at = START, count = 1, properties = {} }: Given = {}): NameTally => ({
  hours: new Map([[hourOf(at), count]]),
  lastSeen: at,
  looked: count,
  properties: new Map(Object.entries(properties)),
  cut: false,
});
export const tally = (
  from: number | undefined,
  next: number,
  names: Readonly<Record<string, NameTally>>,
  partition = 0,
): Tally => ({
  partition,
  ...(from === undefined ? {} : { from }),
  next,
  behind: 0,
  names: new Map(Object.entries(names)),
});
