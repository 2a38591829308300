import { later, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { AwaitPart, CompiledTrigger } from '../compile/compiled-trigger.js';
import { belongs } from '../condition/correlation.js';
import type { Draft } from '../draft.js';
import { isAccepted, surely } from '../condition/event-test.js';
import type { Happening, Met, Run } from '../person/person-state.js';
import { goOn } from './steps.js';

/** Ends the waits that end with this event, and remembers for a wait that has not begun that it need not. */
export function wake(draft: Draft, trigger: CompiledTrigger, event: Event): void {
  for (const run of draft.runsOf(trigger)) wakeRun(draft, trigger, run, event, event.received);
}

/** The same of one run, which is told of the event at `ready`. */
export function wakeRun(draft: Draft, trigger: CompiledTrigger, run: Run, event: Happening, ready: Instant): void {
  if (!isSince(run, event)) return;
  if (run.phase === 'completing') foresee(draft, trigger, run, event);
  else if (run.phase === 'waiting') endWait(draft, trigger, run, event, ready);
}

/** After the run fired, and after the wait before: one event ends one wait. */
const isSince = ({ waited, decided, start }: Run, { timestamp }: Happening): boolean =>
  waited === undefined ? timestamp >= (decided ?? start) : timestamp > waited;

function endWait(draft: Draft, trigger: CompiledTrigger, run: Run, event: Happening, ready: Instant): void {
  const step = trigger.steps[run.position];
  if (step?.kind !== 'await' || event.timestamp >= run.deadline || event.received >= run.due) return;
  if (isAwaited(draft, trigger, run, step, event))
    goOn(draft, trigger, run, { decided: later(event.timestamp, run.from), ready });
}

/** The messages out are not decided yet: the event counts for every wait that may come next. */
function foresee(draft: Draft, trigger: CompiledTrigger, run: Run, event: Happening): void {
  const met = waitsAhead(trigger, run.position).flatMap((wait): Met[] => {
    const step = trigger.steps[wait];
    return step?.kind === 'await' && isAwaited(draft, trigger, run, step, event) ? [{ wait, at: event.timestamp }] : [];
  });
  const others = run.met?.filter((each) => !met.some(({ wait }) => wait === each.wait)) ?? [];
  if (met.length > 0) draft.trace?.('wait.met', trigger, run);
  if (met.length > 0) draft.replace(run, { ...run, met: [...others, ...met] });
}

/** Where the waits stand that can come next, with no message and no other wait before them. */
function waitsAhead({ steps }: CompiledTrigger, position: number): number[] {
  const waits: number[] = [];
  const ahead = new Set([position]);
  for (const at of ahead) {
    const step = steps[at];
    if (step?.kind === 'await') waits.push(at);
    else if (step?.kind === 'branch') [at + 1, step.otherwise, step.after].forEach((to) => ahead.add(to));
    else if (step?.kind === 'split') step.arms.filter((arm) => !arm.holdout).forEach((arm) => ahead.add(arm.to));
    else if (step?.kind === 'jump') ahead.add(step.to);
  }
  return waits;
}

function isAwaited(draft: Draft, trigger: CompiledTrigger, run: Run, { until }: AwaitPart, event: Happening): boolean {
  if (until.name !== event.name) return false;
  const own = run.actions.find((action) => action.id === event.outcome?.action);
  if (until.of !== undefined ? own?.step !== until.of : own === undefined && !belongs(until.key(event.properties), run))
    return false;
  return isAccepted(event, trigger.accept) && surely(draft, trigger, until, event, run);
}
