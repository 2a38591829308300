import { formatInstant, type Json, type JsonObject } from '@tripline/kernel';
import type { CalendarPart } from '../compile/calendar-part.js';
import { formatDay, yearOf } from './civil-day.js';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { UNKEYED } from '../condition/correlation.js';
import type { Draft } from '../draft.js';
import { hasLeft } from '../journey/exits.js';
import type { Fact } from '../condition/fact.js';
import { decide } from '../condition/matching.js';
import { exitedSince, rememberedFacts } from '../condition/memory.js';
import { project } from '../compile/names.js';
import { newRun } from '../condition/opening.js';
import { RUNS_MAX, type Dated, type Run } from '../person/person-state.js';
import { isIn } from '../segment/segments.js';
import { UNKNOWN } from '../expression/value.js';

type Next = NonNullable<Dated['next']>;

/** An occurrence as a run of its own, which begins at its instant; what happened since then and is known already counts for it. */
export function openOccurrence(draft: Draft, trigger: CompiledTrigger, calendar: CalendarPart, of: string, next: Next): void {
  const refused = refusalOf(draft, trigger, calendar, next);
  if (refused === 'not-a-member') return;
  if (refused !== undefined) return draft.note(refused, trigger.name);
  const facts = [factOf(trigger, calendar, next), ...rememberedFacts(draft, trigger, UNKEYED, next.at, 1)];
  const run: Run = { ...newRun(trigger, UNKEYED, openerOf(calendar, of, next), next.at, 0), facts };
  if (hasLeft(draft, trigger, run)) return draft.note('run-exited', trigger.name);
  draft.trace?.('attempt.opened', trigger, run, { of, day: formatDay(next.day), at: formatInstant(next.at) });
  decide(draft, trigger, draft.add(run), next.at, next.due);
}

function refusalOf(draft: Draft, trigger: CompiledTrigger, calendar: CalendarPart, { at }: Next): string | undefined {
  const segment = calendar.kind === 'schedule' ? calendar.in : undefined;
  const member = segment === undefined || isIn(draft, segment);
  if (segment !== undefined)
    draft.trace?.('membership', trigger, undefined, { in: segment, answer: member === UNKNOWN ? 'unknown' : member });
  if (member !== true) return member === UNKNOWN ? 'member-unknown' : 'not-a-member';
  const exited = exitedSince(draft, trigger, UNKEYED, at);
  if (exited !== undefined) return exited;
  if (draft.state.runs.length >= RUNS_MAX) return 'runs-full';
  return trigger.paused ? 'trigger-paused' : undefined;
}

/** What names an occurrence, the same on every replay: ids derive from it. A yearly date is told once a year. */
function openerOf(calendar: CalendarPart, of: string, { day }: Next): string {
  if (calendar.kind === 'schedule') return `every ${calendar.schedule.time} on ${formatDay(day)}`;
  return calendar.yearly ? `date ${of} in ${yearOf(day)}` : `date ${of}`;
}

/** Was the run begun by that date? */
export const isOpenedBy = ({ opener }: Run, of: string | undefined): boolean =>
  of !== undefined && (opener === `date ${of}` || opener.startsWith(`date ${of} in `));

/** Under its alias an occurrence is known by when it is; a date also by its day. */
function factOf(trigger: CompiledTrigger, { kind, leaf }: CalendarPart, { at, day }: Next): Fact {
  const fact = { leaf: leaf.index, at, received: at, order: 0, used: true };
  if (leaf.alias === undefined) return fact;
  const known: { [name: string]: Json } = { at: formatInstant(at), ...(kind === 'date' ? { date: formatDay(day) } : {}) };
  const kept: JsonObject = project(known, trigger.keeps.get(leaf.alias) ?? new Set());
  return { ...fact, kept };
}
