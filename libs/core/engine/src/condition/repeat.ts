import { plus, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { changedRun } from './changed-run.js';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { extendedBy, newestExtension } from './extension.js';
import { decide, isOpenTo, verdictAt, verdictOn, type Moment } from './matching.js';
import { isSpell } from './silence.js';
import type { Run } from '../person/person-state.js';

/**
 * Does a further first event meet this run as the same attempt? Not where the run's condition was over when it happened, or its own was
 * before the run began: that is another attempt. A run that acts is open until its last message went out.
 */
export function isSameAttempt(draft: Draft, trigger: CompiledTrigger, run: Run, fresh: () => Run, event: Moment): boolean {
  if (run.phase === 'watched') return false;
  if (run.phase === 'matching' && !isOpenTo(draft, draft.triggerOf(run) ?? trigger, run, event)) return false;
  const { timestamp } = event;
  return timestamp >= beginOf(trigger, run) || verdictOn(draft, trigger, fresh(), run.start).kind === 'open';
}

/** A silence begins an attempt when it is over. */
const beginOf = ({ silence }: CompiledTrigger, run: Run): Instant =>
  silence !== undefined && isSpell(run) ? plus(run.start, silence.for) : run.start;

/**
 * Meets a repeated first event as `onRepeat` says. Restart and extend keep the run's id and what `let` collected.
 * I1. No deadline moves back: only an event newer than the start restarts, only a later one extends.
 */
export function repeat(draft: Draft, trigger: CompiledTrigger, run: Run, fresh: () => Run, event: Event): void {
  draft.trace?.('attempt.repeated', trigger, run, { onRepeat: trigger.trigger.onRepeat, phase: run.phase });
  if (run.phase !== 'matching') return;
  const { timestamp, received } = event;
  const { onRepeat } = trigger.trigger;
  if (onRepeat === 'restart' && timestamp > run.start) {
    const { facts, depth } = fresh();
    const next = changedRun(run, { start: timestamp, facts, depth: Math.max(run.depth, depth) });
    decide(draft, trigger, draft.replace(run, next), run.from, received);
  }
  if (onRepeat === 'extend' && timestamp > (newestExtension(run) ?? run.start))
    decide(draft, trigger, draft.replace(run, extend(draft, trigger, run, event)), run.from, received);
}

/** The deadlines of what is waited for count from the repeat; what was over before it stays over. */
function extend(draft: Draft, trigger: CompiledTrigger, run: Run, event: Event): Run {
  const verdict = verdictAt(draft, trigger, run, event);
  const item = verdict.kind === 'open' ? verdict.item : undefined;
  return { ...run, extended: extendedBy(run, { item: item ?? 0, at: event.timestamp }) };
}
