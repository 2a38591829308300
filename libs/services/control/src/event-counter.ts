import { seconds, type Duration } from '@tripline/kernel';
import { GROUPS, TOPICS } from '@tripline/model';
import type { Batch, Clock, EventLog, EventMemory, Reading, Remembered, Stop, Watch } from '@tripline/ports';
import { PartitionTally } from './partition-tally.js';

/** What was counted is written down so often; what a crash takes is counted again from the log. */
const WRITE_EVERY: Duration = seconds(3);

export type EventCounterOptions = {
  readonly log: EventLog;
  readonly memory: EventMemory;
  readonly clock: Clock;
  readonly watch: Watch;
};

/**
 * Counts which events there are, from `tripline.events`, in a group of its own: each partition is counted by one process.
 * I1. Where counting goes on is kept with the counts, not in the log: a restart neither counts twice nor leaves out.
 * I2. Reading that has halted does not begin again by itself: `halted` says so, and what was seen since is not known.
 * I3. Reading never waits for the database: what could not be written stays, bounded by names, and is written later.
 */
export class EventCounter {
  readonly #tallies = new Map<number, PartitionTally>();
  #reading: Reading | undefined;
  #writing: Promise<void> = Promise.resolve();
  #isHalted = false;

  constructor(private readonly options: EventCounterOptions) {}

  async open(): Promise<void> {
    const { log, watch } = this.options;
    this.#reading = await log.read({
      group: GROUPS.control,
      topics: [TOPICS.events],
      handle: (batch) => this.#count(batch),
      assigned: (_topic, partition) => this.#begin(partition),
      revoked: (_topic, partition) => this.#end(partition),
      halted: (error) => {
        this.#isHalted = true;
        watch.logger.error('control.counting_halted', { error: String(error) });
      },
    });
  }

  /** Counting has ended by itself: only a new process can mend it. */
  get halted(): boolean {
    return this.#isHalted;
  }

  /** Writes down every few seconds until stopped; never rejects. */
  async run(stop: Stop): Promise<void> {
    while (!stop.stopped) {
      await this.options.clock.sleep(WRITE_EVERY, stop);
      await this.#write([...this.#tallies.values()]);
    }
  }

  async close(): Promise<void> {
    await this.#reading?.close();
  }

  #count({ partition, records, next, end }: Batch): Promise<void> {
    this.#tallies.get(partition)?.take(records, next, end);
    return Promise.resolve();
  }

  async #begin(partition: number): Promise<number | undefined> {
    const { log, memory } = this.options;
    const kept = await memory.position(partition);
    const bounds = (await log.bounds(TOPICS.events)).find((each) => each.partition === partition);
    const isThere = kept !== undefined && bounds !== undefined && kept >= bounds.first && kept <= bounds.end;
    const at = isThere ? kept : bounds?.first;
    this.#tallies.set(partition, new PartitionTally(partition, kept, at ?? 0));
    return at;
  }

  /** What is being written is done before another begins there; what was not is counted again by them. */
  async #end(partition: number): Promise<void> {
    await this.#writing;
    this.#tallies.delete(partition);
  }

  /** One at a time: what is being written is not written again. */
  #write(tallies: readonly PartitionTally[]): Promise<void> {
    this.#writing = this.#writing.then(() => this.#tryWrite(tallies));
    return this.#writing;
  }

  async #tryWrite(tallies: readonly PartitionTally[]): Promise<void> {
    const { memory, clock, watch } = this.options;
    const counted = tallies.filter((tally) => tally.isNew);
    if (counted.length === 0) return;
    const taken = counted.map((tally) => tally.hold());
    try {
      this.#settle(counted, await memory.add(taken, clock.now()));
    } catch (error) {
      for (const tally of counted) tally.keep();
      watch.meter.count('tripline_control_counting_trouble_total');
      watch.logger.warn('control.counting_trouble', { error: error instanceof Error ? error.message : String(error) });
    }
  }

  #settle(counted: readonly PartitionTally[], { positions, namesOver }: Remembered): void {
    const { meter } = this.options.watch;
    let over = namesOver;
    for (const tally of counted) {
      if (!tally.release(positions.get(tally.partition))) meter.count('tripline_control_counts_lost_total');
      over += tally.takeNamesOver();
    }
    if (over > 0) meter.count('tripline_control_event_names_over_total', {}, over);
  }
}
