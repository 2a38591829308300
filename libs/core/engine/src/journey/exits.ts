import type { Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, EventTest, Roles } from '../compile/compiled-trigger.js';
import { keyText, mayBelong } from '../condition/correlation.js';
import type { Draft } from '../draft.js';
import { explained, possibly } from '../condition/event-test.js';
import { noteLateCancel, noteLateCancelOf } from '../condition/late-cancel.js';
import type { Run } from '../person/person-state.js';
import { isOnlyWatched } from './goal.js';
import { endRun } from './recall.js';
import { scopeOf } from '../expression/scope-of.js';

/**
 * Ends what an exit event ends: every run of its key that began before it, in whatever phase. Looked at before anything else on the
 * same event. An event whose `where` or key is unknown exits too. One that is kept for its goal alone is over: nothing is asked of it.
 */
export function applyExits(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  for (const exit of roles.exits) applyExit(draft, trigger, exit, event);
}

function applyExit(draft: Draft, trigger: CompiledTrigger, exit: EventTest, event: Event): void {
  const key = exit.key(event.properties);
  for (const run of draft.runsOf(trigger)) {
    if (event.timestamp < run.start || isOnlyWatched(run)) continue;
    if (!mayBelong(key, run)) draft.trace?.('exit.passed', trigger, run, { key: run.key, other: keyText(key) });
    if (!mayBelong(key, run) || !possibly(draft, exit, event, run, trigger)) continue;
    noteLateCancelOf(draft, run, event);
    draft.trace?.('exit', trigger, run, key === undefined ? { key: null } : {});
    endRun(draft, run, 'exit', event.timestamp);
  }
  if (possibly(draft, exit, event, undefined)) noteLateCancel(draft, trigger, key, event);
}

/** Is one of the trigger's `exit … is` states true? An unknown state does not act. */
export const hasLeft = (draft: Draft, trigger: CompiledTrigger, run: Run): boolean =>
  trigger.states.some((state) => {
    const scope = scopeOf(draft, undefined, run);
    const answer = state.evaluate(scope);
    draft.trace?.('exit.is', trigger, run, explained(state, scope, answer));
    return answer === true;
  });

/** Ends every run that a state ends, after something about the person changed. */
export function applyStates(draft: Draft, at: Instant): void {
  for (const run of draft.state.runs) {
    const trigger = draft.triggerOf(run);
    if (trigger === undefined || trigger.states.length === 0 || isOnlyWatched(run)) continue;
    if (hasLeft(draft, trigger, run)) endRun(draft, run, 'exit', at);
  }
}
