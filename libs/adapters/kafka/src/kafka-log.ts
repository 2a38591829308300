import { randomUUID } from 'node:crypto';
import { encodeUtf8, OperatingError, partitionOf } from '@tripline/kernel';
import type { Appended, Batch, Bounds, Entry, EventLog, LogRecord, Reading, Subscription, TopicSpec } from '@tripline/ports';
import type { Admin } from 'kafkajs';
import { BrokerView } from './broker-view.js';
import { makeClient, type KafkaLogOptions } from './client.js';
import { calling } from './errors.js';
import { findOwners } from './group-owners.js';
import { GroupReader } from './group-reader.js';
import { SendLoop, type Outgoing } from './send-loop.js';
import { ensureTopics } from './topics.js';

/** A little below what a broker takes for a record batch by default, to leave room for the envelope. */
export const ENTRY_MAX_BYTES = 1_000_000;
const ENVELOPE_BYTES = 64;

/** Opens the log on Kafka: connected when resolved. */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const log = new KafkaLog(options);
  await log.connect();
  return log;
}

/**
 * The log on Kafka. Offsets of a transaction's markers (other producers' topics) hold nothing to read: `committed` passes them with an
 * empty batch, so that it reaches `end` on a topic that was read to its end, unless a transaction is still open.
 */
class KafkaLog implements EventLog {
  readonly #options: KafkaLogOptions;
  readonly #admin: Admin;
  readonly #view: BrokerView;
  readonly #sending: SendLoop;
  readonly #readings = new Set<Reading>();
  readonly #counts = new Map<string, number>();
  #learning: Promise<void> | undefined;
  #anyPartition = 0;

  constructor(options: KafkaLogOptions) {
    this.#options = options;
    const kafka = makeClient(options);
    this.#admin = kafka.admin();
    this.#view = new BrokerView(kafka, () => this.#admin.listTopics());
    this.#sending = new SendLoop(kafka);
  }

  async connect(): Promise<void> {
    await calling('connecting to Kafka', () =>
      Promise.all([this.#admin.connect(), this.#view.connect(), this.#sending.connect()]),
    );
  }

  ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    return calling('making topics', () => ensureTopics(this.#admin, specs));
  }

  partitions(topic: string): Promise<number> {
    return calling(`asking for ${topic}`, async () => (await this.#view.partitions(topic)).length);
  }

  append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    if (entries.length === 0) return Promise.resolve([]);
    const unknown = [...new Set(entries.map(({ topic }) => topic))].filter((topic) => !this.#counts.has(topic));
    if (unknown.length === 0 && this.#learning === undefined) return this.#send(entries);
    const learnt = (this.#learning ?? Promise.resolve()).then(() => this.#learn(unknown));
    const settled = learnt.then(undefined, () => undefined);
    this.#learning = settled;
    void settled.then(() => {
      if (this.#learning === settled) this.#learning = undefined;
    });
    return learnt.then(() => this.#send(entries));
  }

  async read(subscription: Subscription): Promise<Reading> {
    for (const topic of subscription.topics) await this.partitions(topic);
    return this.#open(subscription, false);
  }

  async follow(topics: readonly string[], handle: (batch: Batch) => Promise<void>): Promise<Reading> {
    const ends = new Map<string, number>();
    for (const topic of topics) for (const { partition, end } of await this.bounds(topic)) ends.set(`${topic}/${partition}`, end);
    const group = `${this.#options.clientId}-follows-${randomUUID()}`;
    const assigned = (topic: string, partition: number): Promise<number> =>
      Promise.resolve(ends.get(`${topic}/${partition}`) ?? 0);
    const reading = await this.#open({ group, topics, handle, assigned }, true);
    const close = (): Promise<void> => reading.close().then(() => this.#forget(group));
    return { close };
  }

  bounds(topic: string): Promise<readonly Bounds[]> {
    return calling(`asking for the bounds of ${topic}`, () => this.#view.bounds(topic));
  }

  async committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    await this.partitions(topic);
    const found = await calling(`asking for the offsets of ${group}`, () =>
      this.#admin.fetchOffsets({ groupId: group, topics: [topic] }),
    );
    const offsets = found.flatMap(({ partitions }) => partitions.map((p) => [p.partition, Number(p.offset)] as const));
    return new Map(offsets.filter(([, offset]) => offset >= 0).sort(([a], [b]) => a - b));
  }

  owners(group: string, topic: string): Promise<ReadonlyMap<number, string> | undefined> {
    return calling(`asking who has ${topic}`, () => findOwners(this.#admin, group, topic));
  }

  fetch(topic: string, partition: number, from: number, max: number): Promise<readonly LogRecord[]> {
    return calling(`fetching ${topic}/${partition}`, () => this.#view.fetch(topic, partition, from, max));
  }

  async close(): Promise<void> {
    await Promise.all([...this.#readings].map((reading) => reading.close()));
    await this.#learning;
    await this.#sending.close();
    await calling('leaving Kafka', () => Promise.all([this.#admin.disconnect(), this.#view.disconnect()]));
  }

  async #open(subscription: Subscription, follows: boolean): Promise<Reading> {
    const { clientId, watch } = this.#options;
    const instance = subscription.instance ?? `${clientId}-${randomUUID()}`;
    const shared = { view: this.#view, subscription, instance, follows, watch };
    const committed = (group: string, topic: string): Promise<ReadonlyMap<number, number>> => this.committed(group, topic);
    const reader = new GroupReader(() => ({ ...shared, kafka: makeClient(this.#options), committed }));
    await reader.open();
    const reading = { close: () => reader.close().then(() => void this.#readings.delete(reading)) };
    this.#readings.add(reading);
    return reading;
  }

  async #forget(group: string): Promise<void> {
    try {
      await this.#admin.deleteGroups([group]);
    } catch (error) {
      this.#options.watch.logger.info('log.group_left_behind', { group, error: String(error) });
    }
  }

  async #learn(topics: readonly string[]): Promise<void> {
    for (const topic of topics) if (!this.#counts.has(topic)) this.#counts.set(topic, await this.partitions(topic));
  }

  async #send(entries: readonly Entry[]): Promise<readonly Appended[]> {
    return this.#sending.append(entries.map((entry) => this.#place(entry)));
  }

  #place(entry: Entry): Outgoing {
    const { topic, headers } = entry;
    const count = this.#counts.get(topic) ?? 0;
    const key = entry.key === null ? null : bufferOf(encodeUtf8(entry.key));
    const value = bufferOf(entry.value);
    const bytes =
      ENVELOPE_BYTES + value.length + (key?.length ?? 0) + (headers === undefined ? 0 : JSON.stringify(headers).length);
    if (bytes - ENVELOPE_BYTES > ENTRY_MAX_BYTES)
      throw new OperatingError('too-large', 'never', `a record of ${topic} is over ${ENTRY_MAX_BYTES} bytes`);
    const partition = entry.partition ?? (key === null ? this.#anyPartition++ % count : partitionOf(key, count));
    if (partition >= count) throw new OperatingError('unknown-partition', 'never', `${topic} has no partition ${partition}`);
    return { topic, partition, bytes, message: { key, value, partition, ...(headers === undefined ? {} : { headers }) } };
  }
}

/** The same bytes as the client wants them, not copied. */
const bufferOf = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
