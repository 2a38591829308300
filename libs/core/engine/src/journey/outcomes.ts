import type { Instant } from '@tripline/kernel';
import { isFinal, type Event, type OutcomeOf } from '@tripline/model';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { countRun } from './limit.js';
import type { Run, SentAction } from '../person/person-state.js';
import { finish, settle } from './steps.js';
import { timedBySilence } from './watching.js';

/**
 * Takes in what became of an action. Each has one final outcome, which completes its step; what comes after sending implies `sent`.
 * I1. A final outcome is never changed, not even one that time has closed as unknown.
 * I2. What follows from it for a run whose version is still to be published here follows when that has come: `catchUp`.
 */
export function applyOutcome(draft: Draft, { outcome, timestamp, received }: Event): void {
  if (outcome === undefined) return;
  const run = draft.state.runs.find((each) => each.actions.some((action) => action.id === outcome.action));
  if (run === undefined) return;
  const { step, status } = outcome;
  draft.trace?.('outcome', { name: run.trigger, version: run.version }, run, { step, status });
  const actions = run.actions.map((action) => (action.id === outcome.action ? told(action, outcome, timestamp) : action));
  afterOutcome(draft, run, draft.replace(run, { ...run, actions }), timestamp, received);
}

function told(action: SentAction, { status }: OutcomeOf, at: Instant): SentAction {
  if (isFinal(status)) return close(action, status, at);
  const later = action.later.includes(status) ? action.later : [...action.later, status];
  return close({ ...action, later }, 'sent', at);
}

const close = (action: SentAction, final: NonNullable<SentAction['final']>, at: Instant): SentAction =>
  action.final === undefined ? { ...action, final, closed: at } : action;

function afterOutcome(draft: Draft, before: Run, run: Run, decided: Instant, ready: Instant): void {
  if (run.awaits !== undefined) return;
  const trigger = draft.triggerOf(run);
  const counted = countRun(draft, trigger, run);
  const hasClosed = counted.actions.some((action, i) => action.final !== before.actions[i]?.final);
  if (!hasClosed || counted.phase === 'waiting') return;
  if (trigger !== undefined) settle(draft, trigger, counted, { decided, ready });
  else if (counted.actions.every((action) => action.final !== undefined)) finish(draft, undefined, counted, ready);
  else draft.replace(counted, timedBySilence(counted));
}

/** I2. */
export function catchUp(draft: Draft, trigger: CompiledTrigger, run: Run, ready: Instant): void {
  const counted = countRun(draft, trigger, run);
  if (counted.phase === 'completing' || counted.phase === 'watched')
    settle(draft, trigger, counted, { decided: counted.decided ?? counted.start, ready });
}

/** An hour after it expired, an action of which nothing was heard is closed as unknown. */
export function closeSilent(draft: Draft, run: Run, deadline: Instant, silence: number): void {
  const isSilent = (action: SentAction): boolean => action.final === undefined && action.expires + silence <= deadline;
  run.actions.filter(isSilent).forEach(() => draft.note('action-silent', run.trigger, run));
  const actions = run.actions.map((action) => (isSilent(action) ? close(action, 'unknown', deadline) : action));
  afterOutcome(draft, run, draft.replace(run, { ...run, actions }), deadline, run.due);
}
