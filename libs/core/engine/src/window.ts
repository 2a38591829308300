import { plus, type Duration, type Instant } from '@tripline/kernel';
import type { Run } from './person-state.js';

/** The run with its timer: decided `settle` after the deadline. */
export const timed = (run: Run, deadline: Instant, settle: Duration): Run => ({ ...run, deadline, due: plus(deadline, settle) });
