import { plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import type { Clock, Watch } from '@tripline/ports';
import type { RecoveryProgress } from './recovery.js';

/** How often a recovery is told of in the log. */
export const RECOVERY_TOLD_EVERY: Duration = seconds(10);

/** A task as its gauges see it. */
export type Gauged = {
  readonly partition: number;
  readonly lag: number;
  readonly position: number;
  readonly recovery: RecoveryProgress | undefined;
  nextDue(): Instant | undefined;
};

/** Shows how the tasks of one process stand: lag, lateness, and how those get on that were opened behind the log. */
export class TaskGauges {
  /** When each task's recovery was last told of, or was found. */
  readonly #toldAt = new Map<number, Instant>();

  constructor(
    private readonly clock: Clock,
    private readonly watch: Watch,
  ) {}

  show(task: Gauged): void {
    const due = task.nextDue();
    const { partition, lag, recovery } = task;
    this.#set(partition, lag, due === undefined ? 0 : Math.max(0, this.clock.now() - due) / 1_000, recovery?.left ?? 0);
    if (recovery === undefined) this.#toldAt.delete(partition);
    else this.#tell(task, recovery);
  }

  /** A task that goes leaves zeros: the next owner shows how it stands. */
  gone(partition: number): void {
    this.#toldAt.delete(partition);
    this.#set(partition, 0, 0, 0);
  }

  #tell({ partition, position }: Gauged, { to, left, perSecond, secondsLeft }: RecoveryProgress): void {
    const now = this.clock.now();
    const told = this.#toldAt.get(partition);
    if (told !== undefined && now < plus(told, RECOVERY_TOLD_EVERY)) return;
    this.#toldAt.set(partition, now);
    if (told === undefined) return;
    this.watch.logger.info('processor.recovering', { partition, offset: position, to, left, perSecond, secondsLeft });
  }

  #set(partition: number, lag: number, lateSeconds: number, left: number): void {
    const { meter } = this.watch;
    const labels = { partition: String(partition) };
    meter.gauge('tripline_processor_lag_records', lag, labels);
    meter.gauge('tripline_processor_due_late_seconds', lateSeconds, labels);
    meter.gauge('tripline_processor_recovery_records', left, labels);
  }
}
