import { formatInstant, later, plus, type Instant, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CalendarPart } from '../compile/calendar-part.js';
import { formatDay } from './civil-day.js';
import type { CompiledTrigger, Roles } from '../compile/compiled-trigger.js';
import { parseDate, type DateValue } from './date-value.js';
import type { Draft } from '../draft.js';
import { noteLateCancelOf } from '../condition/late-cancel.js';
import { dayAfter, nextOfDate, nextOfSchedule, type Occurrence } from './occurrence.js';
import { openOccurrence } from './open-occurrence.js';
import { DATES_MAX, type Dated } from '../person/person-state.js';
import { endRun } from '../journey/recall.js';
import { zoneFor } from '../journey/waits.js';

/**
 * Dates in traits and schedules: what begins an attempt at an instant of the calendar.
 * I1. An occurrence is told by a timer, `settle` after its instant, never by an event; each is a run of its own.
 * I2. One occurrence is pending for each trigger, in the version that is live; the next is looked for when it was told.
 * I3. Of one date, of one year of it where it is yearly, and of one day of a schedule, at most one occurrence is told, whatever zone the person
 *     goes to.
 * I4. Another date takes back all that came of the one before: the pending occurrence, runs, messages that have not gone.
 * I5. An occurrence that was over when we came to know of it is not told: its instant before the event that tells of it, or its
 *     instant + settle not after that event reached us.
 * I6. An occurrence that comes due while the trigger is paused passes, as if it had been told.
 * I7. Another zone of the program moves nothing that is awaited; what is awaited after it counts by it. No day of a schedule is passed over by it
 *     but those that were over in the new zone when the day before was told, counted (`round-passed`).
 */

/** When something happened and when it reached us: an occurrence before the one, or decided before the other, is over. */
export type Moment = { readonly happened: Instant; readonly reached: Instant };

const momentOf = ({ timestamp, received }: Event): Moment => ({ happened: timestamp, reached: received });
/** A timer looks at nothing that happened: what is decided by then is over. */
export const momentOfTimer = (due: Instant): Moment => ({ happened: 0 as Instant, reached: due });

/**
 * Waits for what the dates and schedules in force ask of this person, where they are not the ones that were last looked at. Of an id that was
 * handed over nothing is asked.
 */
export function lookAtCalendar(draft: Draft, moment: Moment): void {
  const { asks } = draft.program;
  const before = draft.state.calendar;
  if (before?.asked === asks || draft.state.identity?.stub !== undefined) return;
  const known = before?.dates.filter(({ trigger }) => draft.program.live(trigger)?.calendar !== undefined) ?? [];
  if (asks === undefined) draft.forgetCalendar();
  else draft.set({ calendar: { asked: asks, dates: known } });
  for (const trigger of draft.program.calendars()) waitFor(draft, trigger, moment);
}

/** An event that is applied makes its person known to the calendar. */
export const knowPerson = (draft: Draft, event: Event): void => lookAtCalendar(draft, momentOf(event));

/** The event changed traits: another date takes back the one before, another zone moves what is still to come. */
export function applyDates(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  const { calendar } = trigger;
  if (!roles.dated || calendar === undefined) return;
  const isOther = calendar.kind === 'date' && isOtherDate(draft, calendar.trait);
  if (isOther) takeBack(draft, trigger, event);
  const isLookedAt = draft.state.calendar?.asked === draft.program.asks;
  if (trigger.live && isLookedAt && (isOther || isMoved(draft, calendar))) waitFor(draft, trigger, momentOf(event));
}

const isMoved = ({ changes }: Draft, { zone }: CalendarPart): boolean => zone === 'user' && changes.has('timezone');

function isOtherDate({ changes }: Draft, trait: string): boolean {
  const change = changes.get(trait);
  return change !== undefined && parseDate(change.before)?.text !== parseDate(change.after)?.text;
}

/** I4. */
function takeBack(draft: Draft, trigger: CompiledTrigger, event: Event): void {
  for (const run of draft.runsOf(trigger)) {
    noteLateCancelOf(draft, run, event);
    draft.trace?.('date.changed', trigger, run);
    endRun(draft, run, 'date-changed', event.timestamp);
  }
}

/** Puts the occurrence to come into the place of the one waited for, unless its instant has come and only its timer is still to come. */
export function waitFor(draft: Draft, trigger: CompiledTrigger, moment: Moment): void {
  const { calendar } = trigger;
  if (calendar === undefined) return;
  const before = datedOf(draft, trigger.name);
  const date = calendar.kind === 'date' ? dateOf(draft, trigger, calendar.trait) : undefined;
  if (calendar.kind === 'date' && date === undefined) return putDated(draft, before, undefined);
  const of = calendar.kind === 'date' ? (date?.text ?? '') : calendar.schedule.text;
  const same = before?.of === of ? before : undefined;
  if (same?.next !== undefined && isOver(same.next, moment)) return;
  const undecided = (moment.reached - trigger.settle + 1) as Instant;
  const from = [moment.happened, undecided].reduce(later, trigger.since);
  const next = notPassing(draft, trigger, same, nextOf(draft, trigger, calendar, date, from, same?.told));
  const isNothing = next === undefined && same?.told === undefined;
  if (isNothing) draft.note('date-past', trigger.name);
  putDated(draft, before, isNothing ? undefined : datedAt(trigger, { trigger: trigger.name, of, ...toldOn(same?.told) }, next));
}

/**
 * I7. What is looked at anew, for whatever reason but the person's own zone, is awaited by the zone that is in force: where the day awaited would be
 * over by that, it stays as it was.
 */
function notPassing(
  draft: Draft,
  { calendar, since }: CompiledTrigger,
  same: Dated | undefined,
  next: Occurrence | undefined,
): Occurrence | undefined {
  const awaited = same?.next;
  if (calendar?.kind !== 'schedule' || typeof calendar.zone === 'object' || isMoved(draft, calendar)) return next;
  return awaited !== undefined && next !== undefined && next.day > awaited.day && awaited.at >= since ? awaited : next;
}

const isOver = ({ at, due }: NonNullable<Dated['next']>, { happened, reached }: Moment): boolean =>
  at <= happened || due <= reached;

const toldOn = (day: number | undefined): Pick<Dated, 'told'> => (day === undefined ? {} : { told: day });

/** A trait that is there and is no date is unknown, counted. */
export function dateOf(draft: Draft, { name }: CompiledTrigger, trait: string): DateValue | undefined {
  const value = Object.hasOwn(draft.state.traits, trait) ? draft.state.traits[trait] : undefined;
  const date = parseDate(value);
  if (value !== undefined && date === undefined) draft.note('date-unknown', name);
  return date;
}

function nextOf(
  draft: Draft,
  trigger: CompiledTrigger,
  calendar: CalendarPart,
  date: DateValue | undefined,
  from: Instant,
  told: number | undefined,
): Occurrence | undefined {
  const zone = zoneFor(draft, trigger, undefined, calendar);
  if (calendar.kind === 'schedule') return nextOfSchedule(calendar, zone, from, told);
  return date === undefined ? undefined : nextOfDate(calendar, date, zone, from, told);
}

const datedAt = ({ settle }: CompiledTrigger, dated: Dated, next: Occurrence | undefined): Dated =>
  next === undefined ? dated : { ...dated, next: { ...next, due: plus(next.at, settle) } };

export const datedOf = (draft: Draft, trigger: string): Dated | undefined =>
  draft.state.calendar?.dates.find((each) => each.trigger === trigger);

export function putDated(draft: Draft, before: Dated | undefined, next: Dated | undefined): void {
  const { calendar } = draft.state;
  if (calendar === undefined || (before === undefined && next === undefined)) return;
  const others = calendar.dates.filter((each) => each !== before);
  if (next !== undefined && others.length >= DATES_MAX) return draft.note('dates-full', next.trigger);
  const trigger = draft.program.live((next ?? before)?.trigger ?? '');
  if (trigger !== undefined) draft.trace?.('date.awaited', trigger, undefined, describeDated(next));
  draft.set({ calendar: { ...calendar, dates: next === undefined ? others : [...others, next] } });
}

/** The timer of an occurrence is due: it is told, and the next one waited for. */
export function decideDated(draft: Draft, dated: Dated): void {
  const trigger = draft.program.live(dated.trigger);
  const { next, of } = dated;
  if (trigger?.calendar === undefined || next === undefined) return putDated(draft, dated, undefined);
  const date = trigger.calendar.kind === 'date' ? parseDate(of) : undefined;
  const told = { trigger: dated.trigger, of, told: next.day };
  const after = nextOf(draft, trigger, trigger.calendar, date, (next.at + 1) as Instant, next.day);
  if (trigger.calendar.kind === 'schedule' && after !== undefined && after.day > dayAfter(trigger.calendar, next.day))
    draft.note('round-passed', trigger.name);
  putDated(draft, dated, datedAt(trigger, told, after));
  openOccurrence(draft, trigger, trigger.calendar, of, next);
}

/** What a person is waited for, for people to read; nothing where nothing is. */
export function describeDated(dated: Dated | undefined): JsonObject {
  if (dated === undefined) return {};
  const { trigger, of, told, next } = dated;
  return {
    ...{ trigger, of },
    ...(told === undefined ? {} : { told: formatDay(told) }),
    ...(next === undefined
      ? {}
      : { day: formatDay(next.day), until: formatInstant(next.at), decidedAt: formatInstant(next.due) }),
  };
}
