import { formatDuration, type Instant, type JsonObject } from '@tripline/kernel';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import type { Run } from '../person/person-state.js';
import { isGone } from './recall.js';

/**
 * `limit`: how many runs of a trigger may write to one person within `per`; without `per`, ever.
 * I1. A run counts, from when it was decided, once something of it was sent or is unknown.
 * I2. A run with an undecided action reserves its place; an action that ends otherwise gives it back.
 */
export function isLimited(draft: Draft, trigger: CompiledTrigger, run: Run, decided: Instant): boolean {
  const { name } = trigger;
  const { limit } = trigger.trigger;
  if (limit === undefined) return false;
  const after = limit.per === undefined ? Number.NEGATIVE_INFINITY : decided - limit.per;
  const counted = (draft.state.counted[name] ?? []).filter((at) => at > after).length;
  const reserved = draft.state.runs.filter((each) => each !== run && each.trigger === name && reserves(each, after)).length;
  const answer = counted + reserved >= limit.runs;
  draft.trace?.('limit', trigger, run, { ...limitOf(limit), counted, reserved, answer });
  return answer;
}

const limitOf = ({ runs, per }: NonNullable<CompiledTrigger['trigger']['limit']>): JsonObject =>
  per === undefined ? { runs } : { runs, per: formatDuration(per) };

const reserves = ({ decided, counted, actions }: Run, after: number): boolean =>
  decided !== undefined && decided > after && !counted && actions.some((action) => action.final === undefined);

/** Counts the run if something of it went out and it was not counted yet; as many are kept as the limit asks about. */
export function countRun(draft: Draft, trigger: CompiledTrigger | undefined, run: Run): Run {
  const { decided } = run;
  if (run.counted || decided === undefined || !run.actions.some(isGone)) return run;
  const max = trigger?.trigger.limit?.runs;
  if (max !== undefined) {
    const times = [...(draft.state.counted[run.trigger] ?? []), decided].sort((a, b) => a - b).slice(-max);
    draft.set({ counted: { ...draft.state.counted, [run.trigger]: times } });
  }
  return draft.replace(run, { ...run, counted: true });
}
