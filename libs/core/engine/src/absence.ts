import type { Event } from '@tripline/model';
import type { AbsencePart, CompiledTrigger, Roles } from './compiled-trigger.js';
import { mayBelong } from './correlation.js';
import type { Draft } from './draft.js';
import { possibly } from './event-test.js';
import { noteLateCancel, noteLateCancelOf } from './late-cancel.js';
import type { Run } from './person-state.js';
import { endRun, isRecallable } from './recall.js';
import { isWithin } from './window.js';

/**
 * "No B within W" for the runs of one trigger, as far as a B decides it; that there was none is decided by a timer only.
 * Half-open: B at the deadline is too late.
 * I1. A violation ends the runs it falls into, and only those.
 * I2. A B of unknown key or `where` violates too.
 * I3. Until they are gone, a B recalls the messages of a run whose window has long been decided.
 */
export function applyViolation(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  const { absence } = trigger;
  if (!roles.negates || absence === undefined) return;
  const key = absence.key(event.properties);
  for (const run of draft.runsOf(trigger))
    if (mayBelong(key, run) && possibly(draft, absence, event, run)) violate(draft, trigger, absence, run, event);
  if (possibly(draft, absence, event, undefined)) noteLateCancel(draft, trigger, key, event);
}

function violate(draft: Draft, trigger: CompiledTrigger, absence: AbsencePart, run: Run, event: Event): void {
  if (run.phase !== 'matching') return cancel(draft, run, event);
  if (trigger.parts[run.position] === absence && isWithin(run, event)) draft.remove(run);
}

/** A negated event for a run that is decided: within its window it ends the run, after it only where there was something to recall. */
export function cancel(draft: Draft, run: Run, event: Event): void {
  const { decided, since } = run;
  if (decided === undefined || since === undefined || event.timestamp < since) return;
  noteLateCancelOf(draft, run, event);
  if (event.timestamp < decided || run.actions.some(isRecallable)) endRun(draft, run, 'violated', event.timestamp);
}
