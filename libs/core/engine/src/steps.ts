import { later, plus, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, MessagePart, WaitPart } from './compiled-trigger.js';
import { belongs } from './correlation.js';
import type { Draft } from './draft.js';
import { isAccepted, surely } from './event-test.js';
import { hasLeft } from './exits.js';
import { keepDecided } from './late-cancel.js';
import { ask, type Moment } from './messages.js';
import { flagsOf } from './names.js';
import type { Run } from './person-state.js';
import { timedBySilence, watch } from './watching.js';
import { timed } from './window.js';

/**
 * What a fired run does, step by step.
 * I1. Messages with no wait between them leave together.
 * I2. A wait begins when every message before it has its final outcome, at the latest of these; it first looks at what is known.
 * I3. A run without a next step is watched while a message of it is undecided, then forgotten.
 * Answers the run as it stands then; undefined where it is over.
 */
export function proceed(draft: Draft, trigger: CompiledTrigger, run: Run, moment: Moment): Run | undefined {
  const batch = messagesFrom(trigger, run.position);
  const actions = [...run.actions, ...batch.map((step) => ask(draft, trigger, run, step, moment))];
  const position = run.position + batch.length;
  const next = draft.replace(run, { ...run, actions, position, phase: 'completing', due: plus(run.deadline, trigger.settle) });
  return settle(draft, trigger, next, moment);
}

function messagesFrom({ steps }: CompiledTrigger, position: number): MessagePart[] {
  const batch: MessagePart[] = [];
  for (let at = position; ; at++) {
    const step = steps[at];
    if (step?.kind !== 'message') return batch;
    batch.push(step);
  }
}

/** Looks at whether the messages so far are all decided, and goes on where they are. */
export function settle(draft: Draft, trigger: CompiledTrigger, run: Run, moment: Moment): Run | undefined {
  const step = trigger.steps[run.position];
  const isOver = run.phase === 'watched' || step === undefined;
  if (run.actions.some((action) => action.final === undefined))
    return draft.replace(run, isOver ? watch(run) : timedBySilence(run));
  if (isOver || step.kind !== 'wait') return finish(draft, trigger, run, moment.ready);
  const closed = run.actions.map((action) => action.closed ?? moment.decided);
  return beginWait(draft, trigger, run, step, {
    decided: closed.reduce(later, run.decided ?? moment.decided),
    ready: moment.ready,
  });
}

/** Forgets a run of which everything is known. */
export function finish(draft: Draft, trigger: CompiledTrigger | undefined, run: Run, now: Instant): undefined {
  keepDecided(draft, trigger, run, now);
  draft.remove(run);
}

function beginWait(draft: Draft, trigger: CompiledTrigger, run: Run, step: WaitPart, moment: Moment): Run | undefined {
  const from = later(run.waited ?? moment.decided, moment.decided);
  const waiting = timed({ ...run, phase: 'waiting', from }, plus(from, step.length), trigger.settle);
  const next = draft.replace(run, waiting);
  const isMet = run.met !== undefined || isKnown(run, step);
  return isMet ? goOn(draft, trigger, next, { decided: later(from, run.met ?? from), ready: later(moment.ready, from) }) : next;
}

/** Has the outcome that is waited for already been told? */
function isKnown(run: Run, { until }: WaitPart): boolean {
  if (until?.of === undefined || until.where !== undefined) return false;
  const status = until.name.slice(until.name.indexOf('.') + 1);
  return flagsOf(run, until.of)[status] === true;
}

/** The run past its wait; what was known for that wait is not known for the next. */
function past(run: Run, waited: Instant): Run {
  const next: { -readonly [K in keyof Run]: Run[K] } = { ...run, position: run.position + 1, waited };
  delete next.met;
  return next;
}

/** The wait is over: the next steps come, unless an exit state holds by now. */
export function goOn(draft: Draft, trigger: CompiledTrigger, run: Run, moment: Moment): Run | undefined {
  const next = draft.replace(run, past(run, moment.decided));
  return hasLeft(draft, trigger, next) ? finish(draft, trigger, next, moment.ready) : proceed(draft, trigger, next, moment);
}

/** After the run fired, and after the wait before: one event ends one wait. */
const isSince = ({ waited, decided, start }: Run, { timestamp }: Event): boolean =>
  waited === undefined ? timestamp >= (decided ?? start) : timestamp > waited;

/** Ends the waits that end with this event, and remembers for a wait that has not begun that it need not. */
export function wake(draft: Draft, trigger: CompiledTrigger, event: Event): void {
  for (const run of draft.runsOf(trigger)) {
    const step = trigger.steps[run.position];
    if (step?.kind !== 'wait' || !isAwaited(draft, trigger, run, step, event)) continue;
    if (run.phase === 'completing') draft.replace(run, { ...run, met: event.timestamp });
    else if (event.timestamp < run.deadline && event.received < run.due)
      goOn(draft, trigger, run, { decided: later(event.timestamp, run.from), ready: event.received });
  }
}

function isAwaited(draft: Draft, trigger: CompiledTrigger, run: Run, { until }: WaitPart, event: Event): boolean {
  if (until?.name !== event.name || (run.phase !== 'completing' && run.phase !== 'waiting') || !isSince(run, event)) return false;
  const own = run.actions.find((action) => action.id === event.outcome?.action);
  if (until.of !== undefined ? own?.step !== until.of : own === undefined && !belongs(until.key(event.properties), run))
    return false;
  return isAccepted(event, trigger.accept) && surely(draft, trigger, until, event, run);
}
