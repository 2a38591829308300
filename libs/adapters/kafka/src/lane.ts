import { OperatingError } from '@tripline/kernel';
import type { Batch, LogRecord, Subscription, Watch } from '@tripline/ports';
import { isFinal } from './errors.js';

const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 30_000;

/** What a lane may do to the consumer it reads through, and what it asks of the broker. */
export type LaneHost = {
  readonly subscription: Subscription;
  readonly watch: Watch;
  /** Did the coordinator hear of us within the session's time-out? */
  alive(): boolean;
  /** Lets the partition be fetched from `offset` on. */
  resume(topic: string, partition: number, offset: number): void;
  pause(topic: string, partition: number): void;
  /** What is committed, and what is there; `fresh`: as of now, not as of the last assignment. */
  look(topic: string, partition: number, fresh: boolean): Promise<{ committed: number | undefined; first: number; end: number }>;
  committable(topic: string, partition: number, next: number, held: () => boolean): void;
  /** True where a follower would rather jump than halt. */
  readonly mayJump: boolean;
};

/** What the client fetched of one partition. */
export type Fetched = {
  readonly from: number;
  readonly records: readonly LogRecord[];
  readonly next: number;
  readonly end: number;
};

/**
 * One partition in the hands of this member, from the moment it is assigned until it is taken away; kept over generations that leave it here.
 * I1. One thing at a time: beginning, handling and ending wait for each other in `#tail`.
 * I2. `held` is false from `lose` on, and while the coordinator has not heard of us for a session's time.
 * I3. The position moves only when a batch was handled; what is fetched from anywhere else is not handled.
 * I4. A halted partition is never resumed here, nor begun again.
 * I5. A batch that was told once that it is not held does not count as handled: its handler may have left work to the next owner. Where
 *     that is us, it comes again.
 */
export class Lane {
  #tail: Promise<void> = Promise.resolve();
  #lost = false;
  #halted = false;
  #begun = false;
  #own = false;
  #position = -1;
  #busy = 0;
  #pauseMs = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    readonly topic: string,
    readonly partition: number,
    private readonly host: LaneHost,
  ) {}

  get position(): number {
    return this.#position;
  }

  /** Waiting for records, and able to take them: neither handling, nor pausing, nor halted. */
  get waiting(): boolean {
    return this.#begun && this.#busy === 0 && this.#timer === undefined && !this.#halted && !this.#lost;
  }

  readonly held = (): boolean => !this.#lost && this.host.alive();

  /** A new generation gave (or left) us this partition: find the position where there is none yet, and be fetched from it. */
  begin(): void {
    this.#clearTimer();
    void this.#next(async () => {
      if (this.#halted) return;
      if (!this.#begun) await this.#findPosition();
      this.#resume();
    });
  }

  /** Handles what was fetched; resolved when that is over, whatever came of it. */
  take(fetched: Fetched): Promise<void> {
    return this.#next(() => this.#handle(fetched));
  }

  /** Taken away. Resolves when nothing is being handled any more, the lane `before` has ended, and `revoked` was called. */
  lose(before: Promise<void> = Promise.resolve()): Promise<void> {
    this.#lost = true;
    this.#clearTimer();
    return this.#next(async () => {
      await before;
      await this.host.subscription.revoked?.(this.topic, this.partition);
    });
  }

  async idle(): Promise<void> {
    await this.#tail;
  }

  #next(step: () => Promise<void>): Promise<void> {
    this.#busy++;
    this.#tail = this.#tail.then(step).then(undefined, (error: unknown) => this.#failed(error)).finally(() => void this.#busy--); // prettier-ignore
    return this.#tail;
  }

  async #findPosition(): Promise<void> {
    if (this.#lost) return;
    const own = await this.host.subscription.assigned?.(this.topic, this.partition);
    const { committed, first, end } = await this.host.look(this.topic, this.partition, false);
    this.#own = own !== undefined;
    const wanted = own ?? committed ?? first;
    this.#position = wanted >= first && wanted <= end ? wanted : this.#jump(wanted, first, end);
    this.#begun = true;
  }

  async #handle(fetched: Fetched): Promise<void> {
    if (this.#lost || this.#halted || !this.#begun) return;
    if (fetched.from !== this.#position) return this.#misplaced(fetched);
    const { topic, partition } = this;
    const { records, next, end } = fetched;
    const batch: Batch = { topic, partition, records, next, end, held: this.#heldThroughout() };
    await this.host.subscription.handle(batch);
    if (!batch.held()) return this.#leftOver();
    this.#position = next;
    this.#pauseMs = 0;
    this.host.committable(topic, partition, next, () => !this.#lost);
  }

  #heldThroughout(): () => boolean {
    let held = true;
    return () => (held &&= this.held());
  }

  /** I5. */
  #leftOver(): void {
    if (this.#lost) return;
    throw new OperatingError('partition-doubtful', 'later', 'the coordinator has not heard of us for a while: what was handled then comes again'); // prettier-ignore
  }

  /** Fetched from elsewhere: a late answer (fetch again), or the client jumped because our position is gone from the log. */
  async #misplaced(fetched: Fetched): Promise<void> {
    const { first, end } = await this.host.look(this.topic, this.partition, true);
    const gone = this.#position < first || this.#position > end;
    if (gone) this.#position = this.#jump(this.#position, first, end);
    else this.host.watch.logger.warn('log.misplaced', { topic: this.topic, partition: this.partition, from: fetched.from });
    this.#resume();
  }

  #jump(wanted: number, first: number, end: number): number {
    const { topic, partition } = this;
    this.host.watch.meter.count('tripline_log_offset_jumps_total', { topic });
    this.host.watch.logger.error('log.offset_jump', { topic, partition, wanted, first, end });
    if (!this.#own || this.host.mayJump) return first;
    throw new OperatingError(
      'offset-gap',
      'never',
      `${topic}/${partition} was to be read from ${wanted}, and the log has ${first} to ${end}`,
    );
  }

  #failed(error: unknown): void {
    const { topic, partition } = this;
    const { watch, subscription } = this.host;
    this.host.pause(topic, partition);
    if (this.#lost) return watch.logger.warn('log.failed_when_lost', { topic, partition, error: String(error) });
    if (isFinal(error)) {
      this.#halted = true;
      watch.meter.count('tripline_log_halted_total', { topic });
      watch.logger.error('log.halted', { topic, partition, error: String(error) });
      return subscription.halted?.(error, topic, partition);
    }
    this.#pauseMs = Math.min(PAUSE_MAX_MS, Math.max(PAUSE_FIRST_MS, this.#pauseMs * 2));
    watch.meter.count('tripline_log_retries_total', { topic });
    watch.logger.warn('log.retry', { topic, partition, pauseMs: this.#pauseMs, error: String(error) });
    this.#timer = setTimeout(() => this.begin(), this.#pauseMs);
  }

  #resume(): void {
    if (!this.#lost && !this.#halted && this.#begun) this.host.resume(this.topic, this.partition, this.#position);
  }

  #clearTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
