import { assert, hours, plus, type Instant } from '@tripline/kernel';
import type { Run } from '../person/person-state.js';

/** How long after its expiry an action without an outcome is closed as unknown: no run waits for ever. */
export const SILENCE_AFTER_EXPIRY = hours(1);

/** When the first of a run's undecided actions has been silent for too long. */
function silentAt(run: Run): Instant {
  const open = run.actions.filter((action) => action.final === undefined);
  assert(open.length > 0, 'only a run with an undecided action is watched');
  return plus(Math.min(...open.map((action) => action.expires)) as Instant, SILENCE_AFTER_EXPIRY);
}

/** The run with its timer at the silence of its actions; due − deadline, the trigger's settle, stays what it was. */
export function timedBySilence(run: Run): Run {
  const deadline = silentAt(run);
  return { ...run, deadline, due: (deadline + (run.due - run.deadline)) as Instant };
}

/** Nothing more comes of the run; its messages are watched until they are gone. */
export const watch = (run: Run): Run => timedBySilence({ ...run, phase: 'watched' });
