import { earlier, type Instant } from '@tripline/kernel';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { brokenBy } from '../condition/cancel.js';
import { forgottenUpTo, type Memory } from '../condition/forgotten.js';
import { decide, nextOrder } from '../condition/matching.js';
import { rememberedFacts, timesOf } from '../condition/memory.js';
import type { Draft } from '../draft.js';
import { isOnlyWatched } from '../journey/goal.js';
import { endRun, isRecallable } from '../journey/recall.js';
import type { Run } from '../person/person-state.js';
import { withFacts } from './with-facts.js';

/**
 * A run that came from another id, or that another id of its person may say something to.
 * L1. It learns what is remembered there, as far as it would have seen it; what ends it ends it.
 * L2. Nothing is decided here that rests on absence beyond what was decided before.
 */

/** L1. */
export function learn(draft: Draft, run: Run, memory: Memory): void {
  const trigger = draft.triggerOf(run);
  if (trigger === undefined || isOnlyWatched(run) || !draft.state.runs.includes(run)) return;
  const exited = trigger.exits.flatMap((exit) => mayHaveBeen(memory, trigger, exit.test, run.key)).find((at) => at >= run.start);
  if (exited !== undefined) return endRun(draft, run, 'exit', exited);
  if (run.phase === 'matching') {
    const facts = rememberedFacts(draft, trigger, run.key, run.start, nextOrder(run), false, memory);
    if (facts.length > 0) draft.replace(run, withFacts(trigger, run, facts));
  } else cancelBy(draft, trigger, run, memory);
}

/** When it is remembered to have happened, and the last instant at which it may have been forgotten. */
function mayHaveBeen(memory: Memory, trigger: CompiledTrigger, test: string, key: string): readonly Instant[] {
  const lost = forgottenUpTo(memory, trigger.name, test);
  return [...timesOf(memory.remembered, trigger, test, key), ...(lost === undefined ? [] : [lost])];
}

function cancelBy(draft: Draft, trigger: CompiledTrigger, run: Run, memory: Memory): void {
  for (const leaf of trigger.condition.leaves) {
    if (leaf.role !== 'not' && leaf.role !== 'notSeen') continue;
    const end = run.spans?.find((span) => span.leaf === leaf.index)?.to;
    const lost = forgottenUpTo(memory, trigger.name, leaf.test);
    const doubtful = end === undefined || lost === undefined ? [] : [earlier(lost, (end - 1) as Instant)];
    for (const at of [...timesOf(memory.remembered, trigger, leaf.test, run.key), ...doubtful]) {
      const broken = brokenBy(run, leaf, at);
      if (broken === 'within' || (broken === 'after' && run.actions.some(isRecallable)))
        return endRun(draft, run, 'violated', at);
    }
  }
}

/** L2. One whose version is still to be published here is let be. */
export function judgeAnew(draft: Draft, run: Run, ready: Instant): void {
  if (run.awaits !== undefined) return;
  const trigger = draft.triggerOf(run);
  if (trigger === undefined) return withdraw(draft, run, ready);
  if (run.phase === 'matching' && draft.state.runs.includes(run)) decide(draft, trigger, run, run.from, ready);
}

function withdraw(draft: Draft, run: Run, at: Instant): void {
  if (isOnlyWatched(run)) return;
  draft.note('run-withdrawn', run.trigger, run);
  endRun(draft, run, 'withdrawn', at);
}
