import type { Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { isBoundStep, type CompiledTrigger, type Roles } from '../compile/compiled-trigger.js';
import { UNKEYED } from '../condition/correlation.js';
import { timesOf, TURN } from '../condition/memory.js';
import type { Draft } from '../draft.js';
import type { Run, SentAction } from '../person/person-state.js';
import { isRecallable, recallActions } from './recall.js';

const REASON = 'page-gone';

/**
 * A message bound to the page is shown on the page the person is on when it is decided, or not at all.
 * B1. A turn at that instant or later takes it back, until it is known to have gone out; the run goes on.
 * B2. A turn is remembered for `settle`: a tick decides after it about an instant before it.
 */
export function turnPage(draft: Draft, trigger: CompiledTrigger, { turns }: Roles, { timestamp }: Event): void {
  if (!turns) return;
  for (const run of draft.runsOf(trigger))
    if (timestamp >= decidedOf(run) && hasBound(trigger, run)) draft.replace(run, takenBack(draft, trigger, run, timestamp));
}

/** The run after it asked for messages: one for a page that is gone by now is taken back at once. */
export function withTurned(draft: Draft, trigger: CompiledTrigger, run: Run, decided: Instant): Run {
  if (!hasBound(trigger, run)) return run;
  const turned = timesOf(draft.state.remembered, trigger, TURN, UNKEYED).find((at) => at >= decided);
  return turned === undefined ? run : takenBack(draft, trigger, run, turned);
}

function takenBack(draft: Draft, trigger: CompiledTrigger, run: Run, at: Instant): Run {
  draft.trace?.('page.turned', trigger, run);
  return recallActions(draft, run, REASON, at, (action) => isBound(trigger, action));
}

const hasBound = (trigger: CompiledTrigger, run: Run): boolean => run.actions.some((action) => isBound(trigger, action));

/** No message that may still be taken back was decided before the last wait was over. */
const decidedOf = ({ waited, decided, start }: Run): Instant => waited ?? decided ?? start;

const isBound = ({ steps }: CompiledTrigger, action: SentAction): boolean =>
  isRecallable(action) && steps.some((step) => isBoundStep(step) && step.id === action.step);
