import { AssertionError, makeDuration, OperatingError } from '@tripline/kernel';
import { Stop, type Batch, type Clock, type Watch } from '@tripline/ports';
import type { Partition } from './partition.js';

/** A batch ends behind the chunk that passes one of these. */
const BATCH_RECORDS_MAX = 1_000;
const BATCH_BYTES_MAX = 1024 * 1024;
const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 30_000;

/** What a lane tells and asks the reader it belongs to. */
export type LaneOwner = {
  readonly group: string;
  handle(batch: Batch): Promise<void>;
  begin(partition: Partition): Promise<number>;
  commit(partition: Partition, next: number): Promise<void>;
  halted(error: unknown, partition: Partition): void;
  ended(partition: Partition): Promise<void>;
};

/**
 * Reads one partition for one member, from the moment it becomes the member's until it is taken away.
 * I1. One batch at a time; the next begins when the last was handled.
 * I2. `held` is false from `end` on; the owner hears `ended` after the batch being handled then.
 * I3. A batch that was told that it is not held is not committed: its handler may have left work to the next owner.
 */
export class Lane {
  readonly #stop = new Stop();
  #toldOfEnd = false;
  readonly #running: Promise<void>;

  constructor(
    private readonly partition: Partition,
    private readonly owner: LaneOwner,
    private readonly clock: Pick<Clock, 'sleep'>,
    private readonly watch: Watch,
  ) {
    this.#running = this.#run();
  }

  /** The partition is not ours from now on; resolves when nothing of it is being handled any more. */
  async end(): Promise<void> {
    this.#stop.stop();
    this.partition.appended.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#read(await this.#begin());
    } catch (error) {
      this.watch.meter.count('tripline_log_halted_total', { topic: this.partition.topic });
      this.owner.halted(error, this.partition);
    }
    while (!this.#stop.stopped) await this.partition.appended.next();
    await this.owner.ended(this.partition);
  }

  async #begin(): Promise<number> {
    const from = await this.owner.begin(this.partition);
    const { topic, number, first, end } = this.partition;
    if (from >= first && from <= end) return from;
    const message = `${topic}/${number} was to be read from ${from}, and the log has ${first} to ${end}`;
    throw new OperatingError('offset-gap', 'never', message);
  }

  async #read(from: number): Promise<void> {
    let next = from;
    while (!this.#stop.stopped) {
      const batch = this.#batch(next);
      if (batch === undefined) await this.partition.appended.next();
      else if (await this.#handled(batch)) next = batch.next;
    }
  }

  #batch(from: number): Batch | undefined {
    if (from < this.partition.first)
      throw new OperatingError(
        'offset-gap',
        'never',
        `${this.partition.topic}/${this.partition.number} was trimmed past ${from}`,
      );
    const records = this.partition.read(from, BATCH_RECORDS_MAX, BATCH_BYTES_MAX);
    if (records.length === 0) return undefined;
    const { topic, number, end } = this.partition;
    return {
      topic,
      partition: number,
      records,
      next: from + records.length,
      end,
      held: () => !(this.#toldOfEnd ||= this.#stop.stopped),
    };
  }

  /** Handles the batch until it succeeds (true) or the partition is taken away (false). A final error is thrown. */
  async #handled(batch: Batch): Promise<boolean> {
    for (let pauseMs = PAUSE_FIRST_MS; !this.#stop.stopped; pauseMs = Math.min(PAUSE_MAX_MS, pauseMs * 2)) {
      try {
        await this.owner.handle(batch);
        if (this.#toldOfEnd) return false;
        await Promise.all([this.owner.commit(this.partition, batch.next), new Promise(setImmediate)]);
        return true;
      } catch (error) {
        if (isFinal(error)) throw error;
        this.watch.meter.count('tripline_log_retries_total', { topic: batch.topic });
        this.watch.logger.warn('log.retry', { topic: batch.topic, partition: batch.partition, pauseMs, error: String(error) });
      }
      await this.clock.sleep(makeDuration(pauseMs), this.#stop);
    }
    return false;
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof AssertionError || (error instanceof OperatingError && error.retry === 'never');
