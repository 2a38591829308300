import type { Instant } from '@tripline/kernel';
import { at } from './packed.js';
import type { Calendar, Dated } from './person-state.js';

/** Three numbers say what comes next; one more, or a single one, is the day told. */
type StoredDated = [trigger: string, of: string, ...numbers: number[]];
export type StoredCalendar = readonly [asked: string, ...dates: StoredDated[]];

/** What the calendar holds as plain lists, instants as what they are after `zero`. */
export const packCalendar = ({ asked, dates }: Calendar, zero: Instant): StoredCalendar => [
  asked,
  ...dates.map(({ trigger, of, told, next }): StoredDated => [
    trigger,
    of,
    ...(next === undefined ? [] : [next.at - zero, next.due - next.at, next.day]),
    ...(told === undefined ? [] : [told]),
  ]),
];

/** Reads what `packCalendar` wrote. */
export const unpackCalendar = ([asked, ...dates]: StoredCalendar, zero: Instant): Calendar => ({
  asked,
  dates: dates.map((each) => unpackDated(each, zero)),
});

function unpackDated([trigger, of, ...numbers]: StoredDated, zero: Instant): Dated {
  const [span, settle, day] = numbers;
  const told = numbers.length % 3 === 1 ? numbers.at(-1) : undefined;
  const isNext = span !== undefined && settle !== undefined && day !== undefined;
  return {
    ...{ trigger, of },
    ...(told === undefined ? {} : { told }),
    ...(isNext ? { next: { day, at: at(zero, span), due: at(zero, span + settle) } } : {}),
  };
}
