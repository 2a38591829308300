import { OperatingError } from '@tripline/kernel';
import type { Bounds, LogRecord } from '@tripline/ports';
import type { Kafka } from 'kafkajs';
import { makeCluster, makeFetchedBatch, type Cluster, type FetchedBatch } from './client-internals.js';
import { calling, unknownTopic } from './errors.js';
import { toRecord } from './record.js';

const READ_COMMITTED = 1;
const FETCH_WAIT_MS = 20;
const LEADER_TRIES = 10;
const LEADER_PAUSE_MS = 200;
const FETCH_BYTES_MAX = 4 * 1024 * 1024;

/** Looks at topics without being part of a group. Metadata is read afresh for every answer. */
export class BrokerView {
  readonly #cluster: Cluster;
  readonly #topics = new Set<string>();
  readonly #listTopics: () => Promise<readonly string[]>;

  constructor(kafka: Kafka, listTopics: () => Promise<readonly string[]>) {
    this.#cluster = makeCluster(kafka);
    this.#listTopics = listTopics;
  }

  connect(): Promise<void> {
    return this.#cluster.connect();
  }

  disconnect(): Promise<void> {
    return this.#cluster.disconnect();
  }

  /** The numbers of the topic's partitions, in order. */
  async partitions(topic: string): Promise<readonly number[]> {
    await this.#knowTopic(topic);
    await this.#cluster.refreshMetadata();
    return this.#cluster.findTopicPartitionMetadata(topic).map((p) => p.partitionId).sort((a, b) => a - b); // prettier-ignore
  }

  async bounds(topic: string): Promise<readonly Bounds[]> {
    const partitions = await this.partitions(topic);
    const [first, end] = await Promise.all([this.#offsets(topic, partitions, true), this.#offsets(topic, partitions, false)]);
    return partitions.map((partition) => ({ partition, first: first.get(partition) ?? 0, end: end.get(partition) ?? 0 }));
  }

  async fetch(topic: string, partition: number, from: number, max: number): Promise<readonly LogRecord[]> {
    if (!(await this.partitions(topic)).includes(partition))
      throw new OperatingError('unknown-partition', 'never', `${topic} has no partition ${partition}`);
    const records: LogRecord[] = [];
    for (let next = from; records.length < max;) {
      const { batch, end } = await this.#fetchOnce(topic, partition, next);
      for (const message of batch.messages) records.push(toRecord(topic, partition, message));
      if (batch.messages.length === 0 && !batch.isEmptyDueToFiltering()) break;
      next = Number(batch.lastOffset()) + 1;
      if (next >= end) break;
    }
    return records.slice(0, max);
  }

  async #fetchOnce(topic: string, partition: number, from: number): Promise<{ batch: FetchedBatch; end: number }> {
    const leader = this.#cluster.findTopicPartitionMetadata(topic).find((p) => p.partitionId === partition)?.leader ?? -1;
    const broker = await this.#cluster.findBroker({ nodeId: leader });
    const limits = {
      maxWaitTime: FETCH_WAIT_MS,
      minBytes: 1,
      maxBytes: FETCH_BYTES_MAX,
      isolationLevel: READ_COMMITTED,
      rackId: '',
    };
    const partitions = [{ partition, fetchOffset: String(from), maxBytes: FETCH_BYTES_MAX }];
    const { responses } = await broker.fetch({ ...limits, topics: [{ topic, partitions }] });
    const data = responses[0]?.partitions[0];
    if (data === undefined) throw new OperatingError('log-unavailable', 'later', `no answer for ${topic}/${partition}`);
    return { batch: makeFetchedBatch(topic, from, data), end: Number(data.highWatermark) };
  }

  /** While a partition has no leader yet, or another than was known, it is asked again. */
  async #offsets(topic: string, partitions: readonly number[], fromBeginning: boolean): Promise<ReadonlyMap<number, number>> {
    const wanted = partitions.map((partition) => ({ partition }));
    const ask = (): ReturnType<Cluster['fetchTopicsOffset']> =>
      this.#cluster.fetchTopicsOffset([{ topic, fromBeginning, partitions: wanted }]);
    let asked = ask();
    for (let tries = 1; tries < LEADER_TRIES; tries++) asked = asked.catch((error: unknown) => this.#whenLed(error, ask));
    const [answer] = await asked;
    return new Map((answer?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]));
  }

  async #whenLed<T>(error: unknown, ask: () => Promise<T>): Promise<T> {
    if ((error as { readonly type?: unknown }).type !== 'NOT_LEADER_FOR_PARTITION') throw error;
    await new Promise((resolve) => setTimeout(resolve, LEADER_PAUSE_MS));
    await this.#cluster.refreshMetadata();
    return ask();
  }

  /** The client retries an unknown topic for many seconds: look whether it is there first. */
  async #knowTopic(topic: string): Promise<void> {
    if (this.#topics.has(topic)) return;
    const listed = await calling('listing topics', this.#listTopics);
    if (!listed.includes(topic)) throw unknownTopic(topic);
    await this.#cluster.addTargetTopic(topic);
    this.#topics.add(topic);
  }
}
