import { formatInstant, later, plus, type Instant } from '@tripline/kernel';
import { withTurned } from './bound.js';
import { decideBranch } from './branch.js';
import type { CompiledTrigger, Instruction, MessagePart, SplitPart, StopPart } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { hasLeft } from './exits.js';
import { conclude, lookForGoal, withGoal } from './goal.js';
import { keepDecided } from '../condition/late-cancel.js';
import { ask, type Moment } from './messages.js';
import type { Run } from '../person/person-state.js';
import { armOf } from './split.js';
import { inWait, overAt, past, unmet } from './waits.js';
import { timedBySilence, watch } from './watching.js';

/**
 * What a fired run does, instruction by instruction.
 * I1. Messages with no wait and no `if` between them leave together.
 * I2. A wait or an `if` is looked at when every message before it has its final outcome, at the latest of these.
 * I3. The position only grows: each instruction is taken at most once.
 * I4. A run without a next step is watched while a message of it is undecided or its goal may be reached, then forgotten.
 * Answers the run as it stands then; undefined where it is over.
 */
export function proceed(draft: Draft, trigger: CompiledTrigger, run: Run, moment: Moment): Run | undefined {
  let next: Run = { ...run, phase: 'completing', due: plus(run.deadline, trigger.settle) };
  for (;;) {
    const step = trigger.steps[next.position];
    if (step === undefined || isStop(step)) break;
    if (step.kind === 'message') next = withMessage(draft, trigger, next, step, moment);
    else if (step.kind === 'split') next = withArm(draft, trigger, next, step, moment);
    else next = { ...next, position: step.to };
  }
  const placed = draft.replace(run, withTurned(draft, trigger, next, moment.decided));
  const begins = run.goalFrom === undefined && placed.goalFrom !== undefined;
  return settle(draft, trigger, begins ? lookForGoal(draft, trigger, placed) : placed, moment);
}

const isStop = (step: Instruction): step is StopPart => step.kind === 'pause' || step.kind === 'await' || step.kind === 'branch';

function withMessage(draft: Draft, trigger: CompiledTrigger, run: Run, step: MessagePart, moment: Moment): Run {
  const actions = [...run.actions, ask(draft, trigger, run, step, moment)];
  return withGoal(trigger, { ...unmet(run), actions, position: run.position + 1 }, moment.decided);
}

/** The person's arm, kept in the run for what comes after; a hold-out ends the steps, and its goal is watched for from here. */
function withArm(draft: Draft, trigger: CompiledTrigger, run: Run, split: SplitPart, { decided }: Moment): Run {
  const arm = armOf(trigger.name, split, draft.person);
  draft.trace?.('split', trigger, run, { split: split.id, arm: arm.name });
  const next = { ...run, arms: { ...run.arms, [split.id]: arm.name }, position: arm.to };
  if (!arm.holdout) return next;
  draft.note('held-out', trigger.name, run);
  return withGoal(trigger, { ...next, held: true, position: trigger.steps.length }, decided);
}

/** Looks at whether the messages so far are all decided, and goes on where they are. */
export function settle(draft: Draft, trigger: CompiledTrigger, run: Run, moment: Moment): Run | undefined {
  const step = run.phase === 'watched' ? undefined : trigger.steps[run.position];
  if (run.actions.some((action) => action.final === undefined))
    return draft.replace(run, step === undefined ? watch(run) : timedBySilence(run));
  if (step === undefined || !isStop(step)) return finish(draft, trigger, run, moment.ready);
  return stop(draft, trigger, run, step, completionOf(run, moment));
}

/** When the last of all before was over: the firing, the wait, the messages. */
function completionOf(run: Run, { decided, ready }: Moment): Moment {
  const closed = run.actions.map((action) => action.closed ?? decided);
  const at = [run.waited ?? decided, ...closed].reduce(later, run.decided ?? decided);
  return { decided: at, ready: later(ready, at) };
}

/** An `if` is decided at once, unless an exit state holds by now; a wait begins, and is over at once where nothing is left to wait for. */
function stop(draft: Draft, trigger: CompiledTrigger, run: Run, step: StopPart, moment: Moment): Run | undefined {
  if (step.kind === 'branch')
    return hasLeft(draft, trigger, run)
      ? finish(draft, trigger, run, moment.ready)
      : proceed(draft, trigger, draft.replace(run, decideBranch(draft, trigger, run, step)), moment);
  const waiting = draft.replace(run, inWait(draft, trigger, run, step, moment.decided));
  const over = overAt(waiting, step);
  return over === undefined ? waiting : goOn(draft, trigger, waiting, { decided: over, ready: later(moment.ready, over) });
}

/** The wait is over: the next steps come, unless an exit state holds by now. */
export function goOn(draft: Draft, trigger: CompiledTrigger, run: Run, moment: Moment): Run | undefined {
  draft.trace?.('wait.over', trigger, run, { at: formatInstant(moment.decided) });
  const next = draft.replace(run, past(run, moment.decided));
  return hasLeft(draft, trigger, next) ? finish(draft, trigger, next, moment.ready) : proceed(draft, trigger, next, moment);
}

/** Forgets a run of which everything is known; one whose goal may still be reached is kept for that. */
export function finish(draft: Draft, trigger: CompiledTrigger | undefined, run: Run, now: Instant): Run | undefined {
  draft.trace?.('run.over', { name: run.trigger, version: run.version }, run);
  keepDecided(draft, trigger, run, now);
  return conclude(draft, trigger, run);
}
