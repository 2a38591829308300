import { formatInstant, parseInstant, type Instant, type Json } from '@tripline/kernel';
import { parseDay, type CivilDay } from './civil-day.js';

/** What a trait says of a date. `text` is the same for all ways to write the same. */
export type DateValue =
  { readonly text: string; readonly day: CivilDay; readonly at?: never } | { readonly text: string; readonly at: Instant };

/** Reads an ISO date or an ISO instant with its offset; undefined for anything else: numbers may be seconds or milliseconds, nobody knows. */
export function parseDate(value: Json | undefined): DateValue | undefined {
  if (typeof value !== 'string') return undefined;
  const day = parseDay(value);
  if (day !== undefined) return { text: value, day };
  if (value.length === 10 || parseDay(value.slice(0, 10)) === undefined) return undefined;
  const at = parseInstant(value);
  return at === undefined ? undefined : { text: formatInstant(at), at };
}
