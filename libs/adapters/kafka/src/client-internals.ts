import { createRequire } from 'node:module';
import { assert, OperatingError } from '@tripline/kernel';
import type { Kafka, KafkaMessage } from 'kafkajs';

/** The only version of the client whose insides this file knows. */
const VERSION = '2.2.4';
const load = createRequire(import.meta.url);
const READ_COMMITTED = 1;
const METADATA_MS = 300_000;

/** The parts of the client's cluster object that its public API does not show: metadata now, offsets, and a fetch without a group. */
export type Cluster = {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  refreshMetadata(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly { readonly partitionId: number; readonly leader: number }[];
  findBroker(broker: { nodeId: number }): Promise<{ fetch(request: object): Promise<FetchAnswer> }>;
  fetchTopicsOffset(
    topics: readonly { topic: string; fromBeginning: boolean; partitions: readonly { partition: number }[] }[],
  ): Promise<readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[]>;
};
export type PartitionData = { readonly partition: number; readonly highWatermark: string };
export type FetchAnswer = { readonly responses: readonly { readonly partitions: readonly PartitionData[] }[] };
export type FetchedBatch = { readonly messages: readonly KafkaMessage[]; isEmptyDueToFiltering(): boolean; lastOffset(): string };
type RequestQueue = { readonly pending: readonly unknown[]; scheduleCheckPendingRequests: (this: RequestQueue) => void };

const FetchedBatchClass = load('kafkajs/src/consumer/batch.js') as new (
  topic: string,
  from: string,
  data: PartitionData,
) => FetchedBatch;

export function assertVersion(): void {
  const { version } = load('kafkajs/package.json') as { version: string };
  assert(version === VERSION, `this adapter was read against kafkajs ${VERSION}, not ${version}: read its source again`);
}

export const makeFetchedBatch = (topic: string, from: number, data: PartitionData): FetchedBatch =>
  new FetchedBatchClass(topic, String(from), data);

export const requestQueue = (): RequestQueue =>
  (load('kafkajs/src/network/requestQueue/index.js') as { prototype: RequestQueue }).prototype;

/**
 * A connection's queue looks for pending requests every millisecond, for ever, also when there are none: 5 to 9 % of a core. Whoever
 * adds a pending request schedules the look himself, so with none pending it can be left out.
 */
export function repairTimer(): void {
  const queue = requestQueue();
  const original = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function () {
    if (this.pending.length > 0) original.call(this);
  };
}

/** A cluster object of its own, made as the client makes them: behind a symbol that is not exported. */
export function makeCluster(kafka: Kafka): Cluster {
  const symbol = Object.getOwnPropertySymbols(kafka).find((s) => s.description === 'private:Kafka:createCluster');
  const make = (kafka as unknown as Record<symbol, ((options: object) => Cluster) | undefined>)[symbol ?? Symbol()];
  if (make === undefined)
    throw new OperatingError('log-client', 'never', 'the Kafka client is not the version this adapter knows');
  return make({ metadataMaxAge: METADATA_MS, allowAutoTopicCreation: false, isolationLevel: READ_COMMITTED });
}
