import type { Instant } from '@tripline/kernel';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { endRun } from '../journey/recall.js';
import type { Calendar, Dated, Run } from '../person/person-state.js';
import { dateOf, datedOf, lookAtCalendar, putDated, waitFor, type Moment } from './calendar.js';
import { isOpenedBy } from './open-occurrence.js';

/**
 * What the calendar holds under another id of the person joins what it holds here: one occurrence is pending for each trigger (I2), the first that
 * neither was told (I3). `isOther`: traits came with it.
 */
export function joinCalendar(draft: Draft, theirs: Calendar | undefined, moment: Moment, isOther: boolean): void {
  lookAtCalendar(draft, moment);
  const isAlike = theirs?.asked === draft.program.asks;
  for (const trigger of draft.program.calendars()) {
    const other = theirs?.dates.find((each) => each.trigger === trigger.name);
    if (other !== undefined && other.of === ofNow(draft, trigger)) join(draft, trigger, other, isAlike);
    if (other !== undefined || isOther) waitFor(draft, trigger, moment);
  }
}

function join(draft: Draft, { name }: CompiledTrigger, theirs: Dated, isAlike: boolean): void {
  const before = datedOf(draft, name);
  const mine = before?.of === theirs.of ? before : undefined;
  const told = greatest(mine?.told, theirs.told);
  const isToCome = (next: Dated['next']): next is NonNullable<Dated['next']> =>
    next !== undefined && (told === undefined || next.day > told);
  const [next] = [mine?.next, isAlike ? theirs.next : undefined].filter(isToCome).sort((a, b) => a.at - b.at);
  const joined: Dated = {
    trigger: name,
    of: theirs.of,
    ...(told === undefined ? {} : { told }),
    ...(next === undefined ? {} : { next }),
  };
  putDated(draft, before, joined);
}

const greatest = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);

/** The date, or the schedule, that is in force for this person; undefined where there is none. */
function ofNow(draft: Draft, trigger: CompiledTrigger): string | undefined {
  const { calendar } = trigger;
  if (calendar === undefined) return undefined;
  return calendar.kind === 'schedule' ? calendar.schedule.text : dateOf(draft, trigger, calendar.trait)?.text;
}

/** I4, of runs that began under another id: the person's own date stays, and theirs was another. */
export function endOtherDates(draft: Draft, runs: readonly Run[], at: Instant): void {
  for (const run of runs) {
    const trigger = draft.triggerOf(run);
    if (trigger?.calendar?.kind !== 'date' || isOpenedBy(run, ofNow(draft, trigger))) continue;
    draft.trace?.('date.changed', trigger, run);
    endRun(draft, run, 'date-changed', at);
  }
}
