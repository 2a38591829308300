import { days, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Run } from './person-state.js';

/** How long a condition waits for an event that has no `within`. */
export const RUN_LIFE: Duration = days(30);

/** The run with its timer: decided `settle` after the deadline. */
export const timed = (run: Run, deadline: Instant, settle: Duration): Run => ({ ...run, deadline, due: plus(deadline, settle) });
