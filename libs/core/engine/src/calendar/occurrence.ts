import { assert, type Instant } from '@tripline/kernel';
import type { DatePart, SchedulePart } from '../compile/calendar-part.js';
import { DAY_MS, dayAt, inYear, isLastOfMonth, monthDayOf, weekdayOf, yearOf, type CivilDay } from './civil-day.js';
import type { DateValue } from './date-value.js';
import { instantOf } from './local-time.js';
import { stretchAt, type Zone } from './zones.js';

/** When a date or a schedule comes round, and the day it is about: that of the date itself, whatever `before` says. */
export type Occurrence = { readonly at: Instant; readonly day: CivilDay };

const MINUTE_MS = 60_000;
/** From any day to the next of a schedule, and some more. */
const SCHEDULE_DAYS_MAX = 70;
/** A shift of less than a year and the zone keep an occurrence within two years of its date. */
const YEARS_AROUND = 2;

/** The first occurrence of a schedule not before `from`, of a later day than `told`. */
export function nextOfSchedule(part: SchedulePart, zone: Zone, from: Instant, told?: CivilDay): Occurrence {
  const first = Math.max(localDay(zone, from) - 1, (told ?? Number.NEGATIVE_INFINITY) + 1);
  for (let day = first; day < first + SCHEDULE_DAYS_MAX; day++) {
    if (!isOn(part, day)) continue;
    const at = instantOf(zone, day * DAY_MS + part.minute * MINUTE_MS);
    if (at >= from) return { at, day };
  }
  assert(false, 'a schedule comes round within two months');
}

/** The first day of a schedule after `told`, in whatever zone. */
export function dayAfter(part: SchedulePart, told: CivilDay): CivilDay {
  for (let day = told + 1; day <= told + SCHEDULE_DAYS_MAX; day++) if (isOn(part, day)) return day;
  assert(false, 'a schedule comes round within two months');
}

function isOn({ schedule: { weekdays, monthDays } }: SchedulePart, day: CivilDay): boolean {
  const date = monthDayOf(day);
  return weekdays.includes(weekdayOf(day)) || monthDays.some((each) => each === date || (each > date && isLastOfMonth(day)));
}

/** The first occurrence of a date not before `from`, of a later year than `told` where it is yearly; else there is only one. */
export function nextOfDate(part: DatePart, date: DateValue, zone: Zone, from: Instant, told?: CivilDay): Occurrence | undefined {
  const own = date.at === undefined ? date.day : localDay(zone, date.at);
  if (!part.yearly) {
    const once = occurrenceOf(part, date, zone, own, own);
    return told === undefined && once.at >= from ? once : undefined;
  }
  const now = yearOf(localDay(zone, from));
  const first = Math.max(yearOf(own), told === undefined ? 0 : yearOf(told) + 1, now - YEARS_AROUND);
  for (let year = first; year <= Math.max(first, now + YEARS_AROUND); year++) {
    const next = occurrenceOf(part, date, zone, own, inYear(own, year));
    if (next.at >= from) return next;
  }
  assert(false, 'a yearly date comes round within two years');
}

/** An instant that is meant as it is stays as it is, also where clocks show its time twice. */
function occurrenceOf(part: DatePart, date: DateValue, zone: Zone, own: CivilDay, day: CivilDay): Occurrence {
  const { days, rest, minute } = part;
  if (date.at !== undefined && minute === undefined && days === 0 && day === own) return { at: (date.at + rest) as Instant, day };
  const time = minute === undefined ? timeOf(date, zone, own) : minute * MINUTE_MS;
  return { at: (instantOf(zone, (day + days) * DAY_MS + time) + rest) as Instant, day };
}

/** What clocks in the zone show then, in milliseconds since midnight. */
const timeOf = ({ at }: DateValue, zone: Zone, own: CivilDay): number =>
  at === undefined ? 0 : at + offsetAt(zone, at) - own * DAY_MS;

const localDay = (zone: Zone, at: Instant): CivilDay => dayAt(at, offsetAt(zone, at));
const offsetAt = (zone: Zone, at: Instant): number => zone.stretches[stretchAt(zone, at)]?.offsetMs ?? 0;
