import { AssertionError, milliseconds, OperatingError } from '@tripline/kernel';
import { Stop, type Batch, type Clock } from '@tripline/ports';
import type { SharedPartition } from './shared-partition.js';
import type { Wire } from './wire.js';

const PAUSE_FIRST_MS = 50;
const PAUSE_MAX_MS = 30_000;
const BATCH_MAX = 12;

/** What a lane asks and tells whoever reads. */
export type LaneOwner = {
  begin(partition: SharedPartition): Promise<number>;
  handle(batch: Batch): Promise<void>;
  commit(partition: SharedPartition, next: number): Promise<void>;
  halted(error: unknown, partition: SharedPartition): void;
  ended(partition: SharedPartition): Promise<void>;
};

/**
 * Reads one partition for one member, while it is theirs.
 * I1. One batch at a time. I2. `held` is false from `end` on; the owner hears `ended` after the batch being handled then, unless it goes on with the partition.
 * I3. A batch that was told that it is not held is not committed. I4. The bytes of a batch are gone when it was handled.
 */
export class Lane {
  readonly #stop = new Stop();
  readonly #running: Promise<void>;
  #told = false;
  #goesOn = false;

  constructor(
    private readonly partition: SharedPartition,
    private readonly owner: LaneOwner,
    private readonly wire: Wire,
    private readonly clock: Clock,
  ) {
    this.#running = this.#run();
  }

  /** Resolves when nothing of it is being handled any more. With `goesOn` its owner is not told: another lane follows. */
  end(goesOn = false): Promise<void> {
    this.#goesOn = goesOn;
    this.#stop.stop();
    return this.#running;
  }

  async #run(): Promise<void> {
    try {
      await this.#read(await this.#begin());
    } catch (error) {
      this.owner.halted(error, this.partition);
    }
    if (!this.#stop.stopped) await new Promise<void>((resolve) => this.#stop.onStop(resolve));
    if (!this.#goesOn) await this.owner.ended(this.partition);
  }

  /** Asked again while the answer may be another one. */
  async #begin(): Promise<number> {
    for (let pauseMs = PAUSE_FIRST_MS; !this.#stop.stopped; pauseMs = longer(pauseMs)) {
      try {
        return this.#checked(await this.owner.begin(this.partition));
      } catch (error) {
        if (isFinal(error)) throw error;
      }
      await this.clock.sleep(milliseconds(pauseMs), this.#stop);
    }
    return 0;
  }

  #checked(from: number): number {
    const { topic, number, end } = this.partition;
    if (from >= 0 && from <= end) return from;
    throw new OperatingError('offset-gap', 'never', `${topic}/${number} was to be read from ${from}, and ends at ${end}`);
  }

  async #read(from: number): Promise<void> {
    for (let next = from; !this.#stop.stopped;) {
      const batch = await this.#fetch(next).catch(() => undefined);
      if (batch !== undefined && (await this.#handled(batch))) next = batch.next;
    }
  }

  /** Waits where there is nothing more. */
  async #fetch(from: number): Promise<Batch | undefined> {
    const { topic, number, end } = this.partition;
    if (end <= from) await this.#more();
    if (this.#stop.stopped) return undefined;
    const max = this.wire.life.world.chance.between(1, BATCH_MAX);
    const fetched = await this.wire.ask(`reads ${topic}/${number}`, () => ({ records: this.partition.read(from, max), end: this.partition.end })); // prettier-ignore
    const { records } = fetched;
    if (records.length === 0) return undefined;
    const held = (): boolean => !(this.#told ||= this.#stop.stopped);
    return { topic, partition: number, records, next: from + records.length, end: fetched.end, held };
  }

  #more(): Promise<void> {
    const { life } = this.wire;
    return new Promise((resolve) => {
      const forget = this.partition.onMore(() => life.deliver(resolve));
      this.#stop.onStop(() => (forget(), resolve()));
    });
  }

  /** Until it succeeds (true) or the partition is taken away (false). A final error is thrown. */
  async #handled(batch: Batch): Promise<boolean> {
    for (let pauseMs = PAUSE_FIRST_MS; !this.#stop.stopped; pauseMs = longer(pauseMs)) {
      try {
        await this.owner.handle(batch);
        if (this.#told) return false;
        await this.owner.commit(this.partition, batch.next);
        for (const { value } of batch.records) value.fill(0);
        return true;
      } catch (error) {
        if (isFinal(error)) throw error;
      }
      await this.clock.sleep(milliseconds(pauseMs), this.#stop);
    }
    return false;
  }
}

const longer = (pauseMs: number): number => Math.min(PAUSE_MAX_MS, pauseMs * 2);

const isFinal = (error: unknown): boolean =>
  error instanceof AssertionError || (error instanceof OperatingError && error.retry === 'never');
