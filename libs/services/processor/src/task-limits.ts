import { seconds, type Duration } from '@tripline/kernel';

/** What bounds one task. */
export type TaskLimits = {
  /** A checkpoint is begun when this long has passed since the last one … */
  readonly checkpointEvery: Duration;
  /** … or when so many people have changed since. At twice as many, work waits for the one under way. */
  readonly dirtyMax: number;
  /** Decoded states kept in memory beside the changed ones. */
  readonly hotPeopleMax: number;
  /** Outputs held before they are sent. */
  readonly outputsMax: number;
};

export const TASK_LIMITS: TaskLimits = {
  checkpointEvery: seconds(1),
  dirtyMax: 20_000,
  hotPeopleMax: 20_000,
  outputsMax: 1_000,
};
