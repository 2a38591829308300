import { milliseconds, plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import { encodeTaskInput } from '@tripline/model';
import type { Appended, Clock, EventLog, Stop, Watch } from '@tripline/ports';
import { CollectorProof } from './collector-proof.js';

/** Ticks of one task are at least this far apart; also how often it is looked whether something is due. */
export const TICK_SPACING: Duration = milliseconds(50);
/** A tick not read after so long is no longer waited for: another may be written. */
export const TICK_PATIENCE: Duration = seconds(30);
/** Clocks further apart than this raise an alarm. */
export const CLOCK_SKEW_MAX: Duration = seconds(1);
const AFTER_FAILURE: Duration = seconds(1);

/** A task as its ticks see it. */
export type Ticked = {
  readonly partition: number;
  readonly position: number;
  nextDue(): Instant | undefined;
};

type Written = { readonly at: Instant; readonly offset?: number };

/**
 * Asks the log what time it is, for the tasks of one process.
 * W1. A tick is written only for a task of which something is due, none of its ticks is outstanding, and the last is `TICK_SPACING` ago.
 * W2. Its `upTo` comes with a proof, and is not later than this process's clock. One proof serves all tasks that wait.
 */
export class TickWriter {
  readonly #written = new Map<number, Written>();
  readonly #proof: CollectorProof;

  constructor(
    private readonly log: EventLog,
    private readonly topic: string,
    private readonly clock: Clock,
    private readonly watch: Watch,
    private readonly tasks: () => Iterable<Ticked>,
  ) {
    this.#proof = new CollectorProof(log, clock, watch);
  }

  /** Runs until stopped; a log that fails is tried again. */
  async run(stop: Stop): Promise<void> {
    while (!stop.stopped) {
      const pause = await this.round(stop).then(
        () => TICK_SPACING,
        (error: unknown) => this.#failed(error),
      );
      await this.clock.sleep(pause, stop);
    }
  }

  /** Looks once; writes what ticks are called for. */
  async round(stop: Stop): Promise<void> {
    if (this.#waiting(this.clock.now()).length === 0) return;
    const upTo = await this.#proof.take(stop);
    if (upTo === undefined) return;
    await Promise.all(this.#waiting(upTo).map((task) => this.#write(task, upTo)));
  }

  /** W1, for what is due at `until`. */
  #waiting(until: Instant): readonly Ticked[] {
    const now = this.clock.now();
    return [...this.tasks()].filter((task) => {
      const due = task.nextDue();
      return due !== undefined && due <= until && this.#isFree(task, now);
    });
  }

  #isFree(task: Ticked, now: Instant): boolean {
    const written = this.#written.get(task.partition);
    if (written === undefined) return true;
    const read = written.offset !== undefined && task.position > written.offset;
    return now >= plus(written.at, read ? TICK_SPACING : TICK_PATIENCE);
  }

  /** Never rejects: a tick that could not be written is called for again. */
  async #write(task: Ticked, upTo: Instant): Promise<void> {
    const { partition } = task;
    const due = task.nextDue() ?? upTo;
    const at = this.clock.now();
    this.#written.set(partition, { at });
    try {
      const value = encodeTaskInput({ kind: 'tick', upTo });
      const [appended] = await this.log.append([{ topic: this.topic, partition, key: null, value }]);
      if (appended !== undefined) this.#acknowledged(appended, at, due);
    } catch (error) {
      this.#written.delete(partition);
      this.#failed(error);
    }
  }

  #acknowledged(appended: Appended, at: Instant, due: Instant): void {
    const now = this.clock.now();
    const { meter, logger } = this.watch;
    this.#written.set(appended.partition, { at, offset: appended.offset });
    meter.count('tripline_processor_ticks_total');
    meter.observe('tripline_processor_tick_late_seconds', Math.max(0, now - due) / 1_000);
    const skewMs = Math.max(at - appended.at, appended.at - now, 0);
    meter.gauge('tripline_processor_clock_skew_seconds', skewMs / 1_000);
    if (skewMs > CLOCK_SKEW_MAX) logger.error('processor.clocks-apart', { partition: appended.partition, skewMs });
  }

  #failed(error: unknown): Duration {
    this.watch.meter.count('tripline_processor_tick_failures_total');
    this.watch.logger.warn('processor.tick-failed', { error: String(error) });
    return AFTER_FAILURE;
  }
}
