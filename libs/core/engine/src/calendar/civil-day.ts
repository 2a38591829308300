import { parseInstant, type Instant } from '@tripline/kernel';

/** Days of the calendar, counted from 1 January 1970; no zone, no time. */
export type CivilDay = number;

export const DAY_MS = 86_400_000;

/** The day `2026-05-01` names; undefined where there is no such day. */
export function parseDay(text: string): CivilDay | undefined {
  const at = /^\d{4}-\d{2}-\d{2}$/.test(text) ? parseInstant(text) : undefined;
  return at === undefined || formatDay(at / DAY_MS) !== text ? undefined : at / DAY_MS;
}

export const formatDay = (day: CivilDay): string => new Date(day * DAY_MS).toISOString().slice(0, 10);
export const yearOf = (day: CivilDay): number => new Date(day * DAY_MS).getUTCFullYear();
export const weekdayOf = (day: CivilDay): number => new Date(day * DAY_MS).getUTCDay();
export const monthDayOf = (day: CivilDay): number => new Date(day * DAY_MS).getUTCDate();
export const isLastOfMonth = (day: CivilDay): boolean => monthDayOf(day + 1) === 1;

/** The same month and day in that year; 29 February is the 28th where there is none. */
export function inYear(day: CivilDay, year: number): CivilDay {
  if (yearOf(day) === year) return day;
  const date = new Date(day * DAY_MS);
  const month = date.getUTCMonth();
  const same = new Date(Date.UTC(year, month, date.getUTCDate()));
  return (same.getUTCMonth() === month ? same.getTime() : Date.UTC(year, month + 1, 0)) / DAY_MS;
}

/** The day that clocks with this offset show. */
export const dayAt = (at: Instant, offsetMs: number): CivilDay => Math.floor((at + offsetMs) / DAY_MS);
