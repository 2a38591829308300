import { plus } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, EventPart } from './compiled-trigger.js';
import type { Draft } from './draft.js';
import { withAlias } from './kept.js';
import { isNegated } from './memory.js';
import type { Run } from './person-state.js';
import { enter } from './sequence.js';
import { withSince } from './since.js';
import { deadlineAt, lengthOf, timed } from './window.js';

/**
 * Does a further first event meet this run as the same attempt? Not one whose window was over when it happened, or lies wholly
 * after its own: that is another attempt. A run that acts is open until its last message went out.
 */
export function isSameAttempt(trigger: CompiledTrigger, run: Run, event: Event): boolean {
  if (run.phase === 'watched') return false;
  if (run.phase === 'matching' && (event.timestamp >= run.deadline || event.received >= run.due)) return false;
  const length = lengthOf(trigger, 1);
  return length === undefined || plus(event.timestamp, length) > run.start;
}

/**
 * Meets a repeated first event as `onRepeat` says. Restart and extend keep the run's id and what `let` collected.
 * I1. No deadline moves back: only an event newer than the start restarts, only a later deadline extends.
 */
export function repeat(draft: Draft, trigger: CompiledTrigger, first: EventPart, run: Run, event: Event, depth: number): void {
  if (run.phase !== 'matching') return;
  const { onRepeat } = trigger.trigger;
  if (onRepeat === 'restart') restart(draft, trigger, first, run, event, depth);
  if (onRepeat === 'extend') extend(draft, trigger, run, event);
}

function restart(draft: Draft, trigger: CompiledTrigger, first: EventPart, run: Run, event: Event, depth: number): void {
  if (event.timestamp <= run.start) return;
  const aliases = withAlias(draft, trigger, {}, first.alias, event);
  const begun = { ...run, start: event.timestamp, aliases, depth: Math.max(run.depth, depth) };
  const next = draft.replace(run, withSince(trigger, begun, first.alias, event.timestamp));
  enter(draft, trigger, next, 1, event.timestamp, event.received);
}

function extend(draft: Draft, trigger: CompiledTrigger, run: Run, { timestamp }: Event): void {
  const deadline = deadlineAt(trigger, run.position, timestamp, timestamp);
  if (deadline === undefined || deadline <= run.deadline) return;
  if (trigger.parts[run.position]?.kind === 'not' && isNegated(draft, trigger, run.key, run.from, deadline))
    return draft.remove(run);
  draft.replace(run, timed(run, deadline, trigger.settle));
}
