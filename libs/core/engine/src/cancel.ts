import { earlier } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, Roles } from './compiled-trigger.js';
import type { Leaf } from './condition.js';
import { mayBelong } from './correlation.js';
import type { Draft } from './draft.js';
import { possibly } from './event-test.js';
import { noteLateCancel, noteLateCancelOf } from './late-cancel.js';
import type { Run } from './person-state.js';
import { endRun, isRecallable } from './recall.js';

/**
 * What must not have happened happens after all, for attempts that are decided already: within the span of the absence it ends them; after
 * it, where the absence was `for` a time, it recalls what has not gone out.
 * I1. An event of unknown key or `where` does so too.
 */
export function applyCancels(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  for (const leaf of roles.negates) {
    const key = leaf.key(event.properties);
    for (const run of draft.runsOf(trigger))
      if (run.phase !== 'matching' && mayBelong(key, run) && possibly(draft, leaf, event, run))
        cancel(draft, trigger, run, leaf, event);
    if (leaf.memory !== undefined && possibly(draft, leaf, event, undefined)) noteLateCancel(draft, trigger, key, event);
  }
}

function cancel(draft: Draft, trigger: CompiledTrigger, run: Run, { index, role, memory }: Leaf, event: Event): void {
  const span = run.spans?.find((each) => each.leaf === index);
  if (span === undefined) return;
  // A silence that is told again rests on all of it, from the event that began it.
  const from = memory === undefined ? earlier(span.from, run.opened) : span.from;
  if (memory === undefined || role === 'notSeen' ? event.timestamp <= from : event.timestamp < from) return;
  const isWithin = event.timestamp < span.to || (role === 'notSeen' && event.timestamp === span.to);
  if (!isWithin && (role === 'notSeen' || span.open !== true)) return;
  noteLateCancelOf(draft, run, event);
  draft.trace('attempt.cancelled', trigger, run, () => ({ event: event.name, id: event.id }));
  if (isWithin || run.actions.some(isRecallable)) endRun(draft, run, 'violated', event.timestamp);
}
