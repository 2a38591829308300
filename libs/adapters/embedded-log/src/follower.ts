import type { Batch, Reading } from '@tripline/ports';
import { Lane, type LaneOwner } from './lane.js';
import type { Partition } from './partition.js';
import type { ReaderHost } from './reader.js';

/** Reads all of some partitions from now on, for itself alone, and commits nothing. */
export class Follower implements Reading, LaneOwner {
  readonly group = '';
  readonly #lanes: readonly Lane[];
  readonly #begin: ReadonlyMap<Partition, number>;

  constructor(
    partitions: readonly Partition[],
    readonly handle: (batch: Batch) => Promise<void>,
    private readonly host: ReaderHost,
  ) {
    this.#begin = new Map(partitions.map((partition) => [partition, partition.end]));
    this.#lanes = partitions.map((partition) => new Lane(partition, this, host.clock, host.watch));
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.end()));
  }

  begin(partition: Partition): Promise<number> {
    return Promise.resolve(this.#begin.get(partition) ?? partition.end);
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  halted(error: unknown, { topic, number }: Partition): void {
    this.host.watch.logger.error('log.follower_halted', { topic, partition: number, error: String(error) });
  }

  ended(): Promise<void> {
    return Promise.resolve();
  }
}
