import { days, digest } from '@tripline/kernel';
import type { DateElement, EveryElement } from '@tripline/model';
import { shiftOf, type DatePart, type SchedulePart } from './calendar-part.js';
import type { Compilation } from './compilation.js';
import { compileZone } from './compile-pause.js';
import type { Leaf } from './condition.js';
import { minuteOf } from '../calendar/local-time.js';

const DAY = days(1);
const asking = (...parts: readonly string[]): string => digest(JSON.stringify(parts)).slice(0, 8);

/** A date in a trait as the first element. */
export function compileDate(compilation: Compilation, element: DateElement, leaf: Leaf, path: string): DatePart {
  const { date, before, after = before, at, zone, yearly } = element;
  return {
    ...{ kind: 'date', leaf, yearly, trait: date.slice('user.'.length) },
    ...(after === undefined ? { days: 0, rest: 0 } : shiftOf(after, before === undefined ? 1 : -1, DAY)),
    test: asking('date', date, String(before), String(element.after), String(at), String(zone), String(yearly)),
    ...(at === undefined ? {} : { minute: minuteOf(at) }),
    ...compileZone(compilation, zone, path),
  };
}

/** A schedule as the first element. */
export function compileEvery(compilation: Compilation, element: EveryElement, leaf: Leaf, path: string): SchedulePart {
  const { every: schedule, in: segment, zone } = element;
  return {
    ...{ kind: 'schedule', leaf, schedule, minute: minuteOf(schedule.time) },
    test: asking('every', schedule.text, String(zone)),
    ...(segment === undefined ? {} : { in: segment }),
    ...compileZone(compilation, zone, path),
  };
}
