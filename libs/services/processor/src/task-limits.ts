import { seconds, type Duration } from '@tripline/kernel';

/** What bounds one task. Read afresh each time: a task may get more room when others leave. */
export interface TaskLimits {
  /** A checkpoint is begun when this long has passed since the last one … */
  readonly checkpointEvery: Duration;
  /** … or when so many people have changed since. At twice as many, work waits for the one under way. */
  readonly dirtyMax: number;
  /** Decoded states kept in memory beside the changed ones. */
  readonly hotPeopleMax: number;
  /** Outputs held before they are sent. */
  readonly outputsMax: number;
}

export const CHECKPOINT_EVERY: Duration = seconds(5);
/** Changed people of one process, over all its tasks … */
export const DIRTY_MAX = 120_000;
/** … and of one task, whatever room there is: handing this many to the store takes one turn of CPU work. */
export const TASK_DIRTY_MAX = 30_000;
/** Fewer than this is not worth a checkpoint. */
export const TASK_DIRTY_MIN = 1_000;
/** People kept decoded by one process, each a kilobyte or two. More of them outlive a young collection, which costs more than decoding them again. */
export const HOT_PEOPLE_MAX = 500;
export const OUTPUTS_MAX = 1_000;

/** The limits of each of `tasks()` tasks that share one process. */
export class SharedLimits implements TaskLimits {
  readonly outputsMax = OUTPUTS_MAX;

  constructor(
    private readonly tasks: () => number,
    readonly checkpointEvery: Duration = CHECKPOINT_EVERY,
  ) {}

  get dirtyMax(): number {
    return Math.max(TASK_DIRTY_MIN, Math.min(TASK_DIRTY_MAX, this.#share(DIRTY_MAX)));
  }

  get hotPeopleMax(): number {
    return this.#share(HOT_PEOPLE_MAX);
  }

  #share(all: number): number {
    return Math.ceil(all / Math.max(1, this.tasks()));
  }
}
