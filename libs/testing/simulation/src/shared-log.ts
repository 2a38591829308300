import { assert, encodeUtf8, OperatingError, partitionOf } from '@tripline/kernel';
import type { Entry, TopicSpec } from '@tripline/ports';
import { Coordinator } from './coordinator.js';
import { SharedPartition } from './shared-partition.js';

const ENTRY_BYTES_MAX = 1_000_000;

/** The brokers: what all processes see of the log, and what is left when they are gone. */
export class SharedLog {
  readonly #topics = new Map<string, readonly SharedPartition[]>();
  readonly #groups = new Map<string, Coordinator>();
  #anyPartition = 0;

  ensure({ name, partitions }: TopicSpec): void {
    const known = this.#topics.get(name);
    if (known === undefined)
      this.#topics.set(name, Array.from({ length: partitions }, (_, number) => new SharedPartition(name, number))); // prettier-ignore
    else if (known.length !== partitions)
      throw new OperatingError('partition-count', 'never', `${name} has ${known.length} partitions, not ${partitions}`);
  }

  topic(name: string): readonly SharedPartition[] {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new OperatingError('unknown-topic', 'never', `there is no topic ${name}`);
    return topic;
  }

  partition(topic: string, number: number): SharedPartition {
    const partition = this.topic(topic)[number];
    if (partition === undefined) throw new OperatingError('unknown-partition', 'never', `${topic} has no partition ${number}`);
    return partition;
  }

  /** Where an entry goes; refuses what no broker would take. */
  place({ topic, key, value, partition }: Entry): SharedPartition {
    const bytes = key === null ? undefined : encodeUtf8(key);
    if (value.length + (bytes?.length ?? 0) > ENTRY_BYTES_MAX)
      throw new OperatingError('too-large', 'never', `a record of ${topic} is over ${ENTRY_BYTES_MAX} bytes`);
    const { length } = this.topic(topic);
    const chosen = bytes === undefined ? this.#anyPartition++ % length : partitionOf(bytes, length);
    return this.partition(topic, partition ?? chosen);
  }

  group(name: string): Coordinator {
    const group = this.#groups.get(name) ?? new Coordinator();
    this.#groups.set(name, group);
    return group;
  }

  groups(): readonly Coordinator[] {
    return [...this.#groups.values()];
  }

  partitions(): readonly SharedPartition[] {
    assert(this.#topics.size > 0, 'there are topics');
    return [...this.#topics.values()].flat();
  }
}
