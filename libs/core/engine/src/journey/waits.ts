import { formatInstant, later, plus, type Instant, type JsonObject } from '@tripline/kernel';
import type { AwaitPart, CompiledTrigger, PausePart, TimeOfDay } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { nextLocalTime } from '../calendar/local-time.js';
import { flagsOf } from '../compile/names.js';
import type { Run } from '../person/person-state.js';
import { sinceOf } from './since.js';
import { timerAt } from '../condition/window.js';
import { findZone, type Zone } from '../calendar/zones.js';

/**
 * The run in the wait that begins at `from`, with its end fixed: half-open, what happens at the end is too late. A span that counts from
 * something earlier may be over by then.
 */
export function inWait(draft: Draft, trigger: CompiledTrigger, run: Run, wait: PausePart | AwaitPart, from: Instant): Run {
  const end = wait.kind === 'await' ? plus(from, wait.length) : endOf(draft, trigger, run, wait, from);
  draft.trace?.('wait.begins', trigger, run, beginsOf(wait, end, trigger));
  return { ...run, phase: 'waiting', from, ...timerAt(end, trigger.settle) };
}

function beginsOf(wait: PausePart | AwaitPart, end: Instant, { settle }: CompiledTrigger): JsonObject {
  const until = { until: formatInstant(end), decidedAt: formatInstant(plus(end, settle)) };
  return wait.kind === 'await' ? { for: wait.until.name, ...until } : until;
}

/** A time of day is never one that has passed, even where the span itself is long over. */
function endOf(draft: Draft, trigger: CompiledTrigger, run: Run, wait: PausePart, from: Instant): Instant {
  const since = sinceOf(run, wait);
  if (wait.since !== undefined && since === undefined) draft.note('since-unknown', trigger.name, run);
  const end = plus(since ?? from, wait.length);
  if (wait.at === undefined) return end;
  return nextLocalTime(zoneFor(draft, trigger, run, wait.at), later(end, from), wait.at.minute);
}

/** The zone as it is known now; one that is not known is the program's. */
export function zoneFor(draft: Draft, trigger: CompiledTrigger, run: Run | undefined, { zone }: Pick<TimeOfDay, 'zone'>): Zone {
  if (zone !== 'user') return zone ?? draft.program.zone;
  const { timezone } = draft.state.traits;
  const found = typeof timezone === 'string' ? findZone(timezone) : undefined;
  if (found === undefined) draft.note('zone-unknown', trigger.name, run);
  return found ?? draft.program.zone;
}

/** When the wait the run stands in needs no more waiting: it is over as it begins, or what it waits for is known; else undefined. */
export function overAt(run: Run, wait: PausePart | AwaitPart): Instant | undefined {
  if (wait.kind === 'pause') return run.deadline <= run.from ? run.from : undefined;
  const met = run.met?.find((each) => each.wait === run.position);
  if (met !== undefined) return later(run.from, met.at);
  return isKnown(run, wait) ? run.from : undefined;
}

/** Has the outcome that is waited for already been told? */
function isKnown(run: Run, { until }: AwaitPart): boolean {
  if (until.of === undefined || until.where !== undefined) return false;
  const status = until.name.slice(until.name.indexOf('.') + 1);
  return flagsOf(run, until.of)[status] === true;
}

/** The run past its wait; what was known for it is not known for the next. */
export const past = (run: Run, waited: Instant): Run => ({ ...unmet(run), position: run.position + 1, waited });

/** What happened before a message was asked for is no answer to it: a wait that comes after it begins with nothing. */
export function unmet({ met: _met, ...run }: Run): Run {
  return run;
}
