import { z } from 'zod';

/** Days and a time of day. A month that lacks a day has it on its last; `daily` is every weekday. */
export type Schedule = {
  /** As it was written. */
  readonly text: string;
  /** 0 is Sunday. */
  readonly weekdays: readonly number[];
  /** 1 to 31; `last` is 31. */
  readonly monthDays: readonly number[];
  /** `09:00`. */
  readonly time: string;
};

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const SCHEDULE = /^(\S+) ((?:[01]\d|2[0-3]):[0-5]\d)$/;
const ORDINAL = /^([1-9]|[12]\d|3[01])(st|nd|rd|th)$/;

/** Reads `daily 09:00`, `monday,thursday 09:00`, `1st,15th 09:00`, `last 09:00`; undefined for anything else. */
export function parseSchedule(text: string): Schedule | undefined {
  const [, days, time] = SCHEDULE.exec(text) ?? [];
  if (days === undefined || time === undefined) return undefined;
  if (days === 'daily') return { text, weekdays: WEEKDAYS.map((_, i) => i), monthDays: [], time };
  const words = days.split(',');
  const weekdays = words.map((word) => WEEKDAYS.indexOf(word));
  if (weekdays.every((day) => day >= 0)) return { text, weekdays, monthDays: [], time };
  const monthDays = words.map(monthDayOf);
  return monthDays.every((day) => day > 0) ? { text, weekdays: [], monthDays, time } : undefined;
}

function monthDayOf(word: string): number {
  if (word === 'last') return 31;
  const [, digits, ending] = ORDINAL.exec(word) ?? [];
  const day = Number(digits ?? 0);
  return ending === endingOf(day) ? day : 0;
}

const endingOf = (day: number): string =>
  day > 10 && day < 14 ? 'th' : (({ 1: 'st', 2: 'nd', 3: 'rd' } as Record<number, string>)[day % 10] ?? 'th');

export const schedule = z.string().transform((text, context): Schedule => {
  const read = parseSchedule(text);
  if (read !== undefined) return read;
  const message = `${JSON.stringify(text)} is not a schedule: write for example "daily 09:00", "monday,thursday 09:00", "1st,15th 09:00" or "last 09:00"`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});
