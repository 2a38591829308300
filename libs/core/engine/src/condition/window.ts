import { plus, type Duration, type Instant } from '@tripline/kernel';
import type { Run } from '../person/person-state.js';

/** A run's timer: decided `settle` after the deadline. */
export const timerAt = (deadline: Instant, settle: Duration): Pick<Run, 'deadline' | 'due'> => ({
  deadline,
  due: plus(deadline, settle),
});
