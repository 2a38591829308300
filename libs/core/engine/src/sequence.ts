import { plus, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { causeOf } from './cause.js';
import type { CompiledTrigger, EventPart, Roles } from './compiled-trigger.js';
import { belongs } from './correlation.js';
import type { Draft } from './draft.js';
import { isAccepted, surely } from './event-test.js';
import { complete } from './firing.js';
import { withAlias } from './kept.js';
import { isNegated } from './memory.js';
import type { Run } from './person-state.js';
import { withSince } from './since.js';
import { deadlineAt, isOpenTo, timed } from './window.js';

/**
 * Moves the runs on that wait for this event: a sequence takes each element in its window, counted from the element before.
 * Answers whether any moved: an event that is the next element of a run is not at once the first of another.
 */
export function advanceSequences(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): boolean {
  let moved = false;
  for (const position of roles.advances) {
    const part = trigger.parts[position];
    if (part?.kind !== 'event') continue;
    for (const run of draft.runsOf(trigger))
      if (takes(draft, trigger, part, position, run, event)) moved = moveOn(draft, trigger, part, run, event);
    if (moved) return true;
  }
  return moved;
}

function takes(draft: Draft, trigger: CompiledTrigger, part: EventPart, position: number, run: Run, event: Event): boolean {
  if (
    run.phase !== 'matching' ||
    run.position !== position ||
    !draft.state.runs.includes(run) ||
    !belongs(part.key(event.properties), run)
  )
    return false;
  if (!isOpenTo(run, event) || !surely(draft, trigger, part, event, run)) return false;
  if (isAccepted(event, trigger.accept)) return causeOf(draft, trigger, event) !== undefined;
  draft.note('event-late', trigger.name);
  return false;
}

function moveOn(draft: Draft, trigger: CompiledTrigger, part: EventPart, run: Run, event: Event): boolean {
  const depth = Math.max(run.depth, causeOf(draft, trigger, event) ?? 0);
  const aliases = withAlias(draft, trigger, run.aliases, part.alias, event);
  const next = draft.replace(run, withSince(trigger, { ...run, depth, aliases }, part.alias, event.timestamp));
  enter(draft, trigger, next, run.position + 1, event.timestamp, event.received);
  return true;
}

/**
 * Lets the run wait for the element at `position`, the one before having happened at `from`; past the last one it is complete.
 * An absence that is already violated, or cannot complete in time, ends the run.
 */
export function enter(draft: Draft, trigger: CompiledTrigger, run: Run, position: number, from: Instant, ready: Instant): void {
  const part = trigger.parts[position];
  if (part === undefined) return complete(draft, trigger, run, { decided: from, since: run.start, ready });
  const deadline = deadlineAt(trigger, position, from, run.start);
  if (deadline === undefined) return draft.remove(run);
  if (part.kind === 'not' && isNegated(draft, trigger, run.key, from, deadline)) return draft.remove(run);
  draft.replace(run, timed({ ...run, position, from }, deadline, trigger.settle));
}

/** The deadline of a matching run has passed: an absence is complete, anything else did not come in time. */
export function decideMatching(draft: Draft, trigger: CompiledTrigger, run: Run): void {
  const part = trigger.parts[run.position];
  if (part?.kind !== 'not') return draft.remove(run);
  complete(draft, trigger, run, { decided: run.deadline, since: run.from, ready: plus(run.deadline, trigger.settle) });
}
