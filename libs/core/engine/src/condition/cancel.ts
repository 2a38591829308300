import { earlier, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, Roles } from '../compile/compiled-trigger.js';
import { leafName, type Leaf } from '../compile/condition.js';
import { mayBelong } from './correlation.js';
import type { Draft } from '../draft.js';
import { possibly } from './event-test.js';
import type { Fact } from './fact.js';
import { noteLateCancel, noteLateCancelOf } from './late-cancel.js';
import type { Run } from '../person/person-state.js';
import { endRun, isRecallable } from '../journey/recall.js';

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

function cancel(draft: Draft, trigger: CompiledTrigger, run: Run, leaf: Leaf, event: Event): void {
  const broken = brokenBy(run, leaf, event.timestamp);
  if (broken === undefined) return;
  noteLateCancelOf(draft, run, event);
  draft.trace?.('attempt.cancelled', trigger, run, { absence: leafName(leaf), when: broken });
  if (broken === 'within' || run.actions.some(isRecallable)) endRun(draft, run, 'violated', event.timestamp);
}

/** What such an event at that instant is to an absence the run rests on: within its span, or after it, where that still recalls. */
export function brokenBy(run: Run, { index, role, memory }: Leaf, at: Instant): 'within' | 'after' | undefined {
  const span = run.spans?.find((each) => each.leaf === index);
  if (span === undefined) return undefined;
  // A silence that is told again rests on all of it, from the event that began it.
  const from = memory === undefined ? earlier(span.from, run.opened) : span.from;
  if (memory === undefined || role === 'notSeen' ? at <= from : at < from) return undefined;
  if (at < span.to || (role === 'notSeen' && at === span.to)) return 'within';
  return span.open === true ? 'after' : undefined;
}

/** A tick that comes late finds what came after it was due, and after all that the run rests on: it recalls as it would have, had the tick been on time. */
export function cancelKnown(draft: Draft, trigger: CompiledTrigger, before: Run, used: readonly Fact[]): void {
  const { key, opener, facts, due } = before;
  const run = draft.runsOf(trigger).find((each) => each.key === key && each.opener === opener && each.decided !== undefined);
  if (run === undefined) return;
  const last = used.reduce((max, { order }) => Math.max(max, order), 0);
  const breaking = facts.find((fact) => {
    const leaf = trigger.condition.leaves[fact.leaf];
    return leaf?.role === 'not' && fact.received >= due && fact.order > last && brokenBy(run, leaf, fact.at) !== undefined;
  });
  if (breaking !== undefined) endRun(draft, run, 'violated', breaking.at);
}
