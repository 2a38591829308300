import type { Duration } from '@tripline/kernel';
import type { Schedule } from '@tripline/model';
import type { Leaf } from './condition.js';
import type { Zone } from '../calendar/zones.js';

type Part = {
  /** What stands for the occurrence in the condition: no event is one. */
  readonly leaf: Leaf;
  /** What it asks, in a few characters: the same in every version that asks the same. */
  readonly test: string;
  /** `user`: the person's trait `timezone`; absent: the program's own zone. */
  readonly zone?: Zone | 'user';
};

/** A date in a trait as the first element. */
export type DatePart = Part & {
  readonly kind: 'date';
  readonly trait: string;
  /** Calendar days after the date, negative before it; and what is no whole day. */
  readonly days: number;
  readonly rest: number;
  /** The minute of the day; absent: the date's own time, midnight where it has none. */
  readonly minute?: number;
  readonly yearly: boolean;
};

/** A schedule as the first element. */
export type SchedulePart = Part & {
  readonly kind: 'schedule';
  readonly schedule: Schedule;
  readonly minute: number;
  /** Only for those in this segment. */
  readonly in?: string;
};

/** What the calendar begins, not an event. */
export type CalendarPart = DatePart | SchedulePart;

/** How `before` or `after` is counted. */
export const shiftOf = (length: Duration, sign: 1 | -1, day: number): Pick<DatePart, 'days' | 'rest'> => ({
  days: sign * Math.floor(length / day),
  rest: sign * (length % day),
});
