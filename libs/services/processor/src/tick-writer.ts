import { makeDuration, makeInstant, milliseconds, minus, plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import { encodeTaskInput } from '@tripline/model';
import type { Appended, Clock, EventLog, Stop, Watch } from '@tripline/ports';
import { CollectorProof } from './collector-proof.js';

/** Ticks of one task are at least this far apart; also how often it is looked whether something is due. */
export const TICK_SPACING: Duration = milliseconds(50);
/** A tick not read after so long is no longer waited for: another may be written. */
export const TICK_PATIENCE: Duration = seconds(30);
/** Clocks further apart than this raise an alarm. */
export const CLOCK_SKEW_MAX: Duration = seconds(1);
/** Where this process's clock is so far ahead that nothing is due by the log's, the log is asked again only so often. */
export const ASK_AGAIN: Duration = seconds(1);
const AFTER_FAILURE: Duration = seconds(1);
/** Of a tick that only asks what time it is: it moves no clock. */
const NO_CLOCK: Instant = makeInstant(0);

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
 * W3. What this process's clock was ahead of the log's append times, when its last ticks were acknowledged, is taken off `upTo`: an `upTo` later than the true
 *     time would be bounded by the tick's append alone, and what was received between proof and append be overlooked. It is never
 *     too little for a clock that runs evenly (the way to the log and back counts as ahead). Who has seen no append time yet asks for one.
 */
export class TickWriter {
  readonly #written = new Map<number, Written>();
  readonly #proof: CollectorProof;
  /** W3; undefined before the first acknowledgement. */
  #ahead: Duration | undefined;
  #askedAt: Instant | undefined;

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
    const now = this.clock.now();
    const [first] = this.#waiting(now);
    if (first === undefined) return;
    if (this.#waiting(this.#byTheLog(now)).length === 0) await this.#ask(first, now);
    if (this.#waiting(this.#byTheLog(now)).length === 0) return;
    const proven = await this.#proof.take(stop);
    if (proven === undefined) return;
    const upTo = this.#byTheLog(proven);
    this.#learn(await Promise.all(this.#waiting(upTo).map((task) => this.#write(task, upTo))));
  }

  /** W3: this instant of our clock as an instant of the log's, or one before it. */
  #byTheLog(ours: Instant): Instant {
    return this.#ahead === undefined ? NO_CLOCK : minus(ours, this.#ahead);
  }

  /** Asks the log what time it is, by a tick that says nothing else, and counts as none (W1). */
  async #ask({ partition }: Ticked, now: Instant): Promise<void> {
    if (this.#askedAt !== undefined && now >= this.#askedAt && now < plus(this.#askedAt, ASK_AGAIN)) return;
    this.#askedAt = now;
    const at = this.clock.now();
    this.#learn([this.#measure(await this.#append(partition, NO_CLOCK), at)]);
  }

  /** W3: the most of what one round found, for leaders' clocks differ. */
  #learn(found: readonly (Duration | undefined)[]): void {
    const known = found.filter((ahead) => ahead !== undefined);
    if (known.length > 0) this.#ahead = makeDuration(Math.max(...known));
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

  /** How far ahead of the log this process was found. Never rejects: a tick that could not be written is called for again. */
  async #write(task: Ticked, upTo: Instant): Promise<Duration | undefined> {
    const { partition } = task;
    const due = task.nextDue() ?? upTo;
    const at = this.clock.now();
    this.#written.set(partition, { at });
    try {
      const appended = await this.#append(partition, upTo);
      if (appended !== undefined) this.#written.set(partition, { at, offset: appended.offset });
      this.watch.meter.count('tripline_processor_ticks_total');
      this.watch.meter.observe('tripline_processor_tick_late_seconds', Math.max(0, this.clock.now() - due) / 1_000);
      return this.#measure(appended, at);
    } catch (error) {
      this.#written.delete(partition);
      this.#failed(error);
      return undefined;
    }
  }

  async #append(partition: number, upTo: Instant): Promise<Appended | undefined> {
    const value = encodeTaskInput({ kind: 'tick', upTo });
    const [appended] = await this.log.append([{ topic: this.topic, partition, key: null, value }]);
    return appended;
  }

  /** W3, of a tick that was sent `at` and is acknowledged now. */
  #measure(appended: Appended | undefined, at: Instant): Duration | undefined {
    if (appended === undefined) return undefined;
    const now = this.clock.now();
    const skewMs = Math.max(at - appended.at, appended.at - now, 0);
    this.watch.meter.gauge('tripline_processor_clock_skew_seconds', skewMs / 1_000);
    if (skewMs > CLOCK_SKEW_MAX) this.watch.logger.error('processor.clocks-apart', { partition: appended.partition, skewMs });
    return makeDuration(Math.max(0, now - appended.at));
  }

  #failed(error: unknown): Duration {
    this.watch.meter.count('tripline_processor_tick_failures_total');
    this.watch.logger.warn('processor.tick-failed', { error: String(error) });
    return AFTER_FAILURE;
  }
}
