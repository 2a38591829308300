import type { Batch, Clock, Reading } from '@tripline/ports';
import { Lane, type LaneOwner } from './lane.js';
import type { SharedPartition } from './shared-partition.js';
import type { Wire } from './wire.js';

/** Reads partitions from now on, for itself alone, and commits nothing. */
export class Tail implements Reading, LaneOwner {
  readonly #begin: ReadonlyMap<SharedPartition, number>;
  readonly #lanes: readonly Lane[];

  constructor(
    partitions: readonly SharedPartition[],
    readonly handle: (batch: Batch) => Promise<void>,
    wire: Wire,
    clock: Clock,
  ) {
    this.#begin = new Map(partitions.map((partition) => [partition, partition.end]));
    this.#lanes = partitions.map((partition) => new Lane(partition, this, wire, clock));
  }

  async close(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.end()));
  }

  begin(partition: SharedPartition): Promise<number> {
    return Promise.resolve(this.#begin.get(partition) ?? partition.end);
  }

  commit(): Promise<void> {
    return Promise.resolve();
  }

  halted(): void {}

  ended(): Promise<void> {
    return Promise.resolve();
  }
}
