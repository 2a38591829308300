import { deriveId, type Instant, type JsonObject } from '@tripline/kernel';
import type { Draft } from '../draft.js';
import { conclude, isOnlyWatched } from './goal.js';
import type { Output } from '../input.js';
import type { Run, SentAction } from '../person/person-state.js';
import { runIdOf } from './run-id.js';
import { watch } from './watching.js';

/** May still be held somewhere: its final outcome is not known, and nobody asked for it back. */
export const isRecallable = (action: SentAction): boolean => action.final === undefined && !action.recalled;

/** Sent, or perhaps sent. */
export const isGone = (action: SentAction): boolean =>
  action.final === 'sent' || action.final === 'unknown' || action.later.length > 0;

/** Ends a run at once: what has not gone out is recalled and watched until it is known what became of it; its goal is still watched for. */
export function endRun(draft: Draft, run: Run, reason: string, at: Instant): void {
  if (isOnlyWatched(run)) return;
  draft.trace?.('run.ended', { name: run.trigger, version: run.version }, run, endedOf(run, reason));
  if (run.actions.every((action) => action.final !== undefined)) return void conclude(draft, draft.triggerOf(run), run);
  draft.replace(run, watch(recallActions(draft, run, reason, at)));
}

const endedOf = ({ actions }: Run, reason: string): JsonObject => ({
  reason,
  recalls: actions.filter(isRecallable).map(({ step }) => step),
});

/** The run with its messages taken back, or some of them. */
export function recallActions(draft: Draft, run: Run, reason: string, at: Instant, isOne = isRecallable): Run {
  const { person } = draft;
  for (const action of run.actions.filter(isOne)) {
    const id = deriveId('rcl', action.id);
    draft.outputs.push({
      kind: 'recall',
      id,
      action: action.id,
      run: runIdOf(person, run),
      person,
      trigger: run.trigger,
      reason,
      at,
    });
  }
  return { ...run, actions: run.actions.map((action) => (isOne(action) ? { ...action, recalled: true } : action)) };
}

/** What is taken back by the same input that asked for it goes out before it: a recall that is known already wins wherever the message is read. */
export function recallsFirst(outputs: readonly Output[]): readonly Output[] {
  if (outputs.length < 2) return outputs;
  const asked = new Set(outputs.flatMap((output) => (output.kind === 'action' ? [output.id] : [])));
  const isEarly = (output: Output): boolean => output.kind === 'recall' && asked.has(output.action);
  return asked.size > 0 && outputs.some(isEarly)
    ? [...outputs.filter(isEarly), ...outputs.filter((output) => !isEarly(output))]
    : outputs;
}
