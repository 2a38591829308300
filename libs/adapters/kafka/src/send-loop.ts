import { makeInstant, OperatingError } from '@tripline/kernel';
import type { Appended } from '@tripline/ports';
import kafkajs, { type Kafka, type Message, type Producer, type RecordMetadata, type TopicMessages } from 'kafkajs';
import { calling, translate } from './errors.js';

/** What one send carries at most. The client's own encoding blocks the loop for seconds on 20,000 messages of one partition. */
const PARTITION_MESSAGES_MAX = 1_000;
const PARTITION_BYTES_MAX = 900_000;
const SEND_BYTES_MAX = 8 * 1024 * 1024;
const SEND_MESSAGES_MAX = 10_000;
const WAITING_BYTES_MAX = 256 * 1024 * 1024;
const ALL_REPLICAS = -1;

export type Outgoing = { readonly topic: string; readonly partition: number; readonly message: Message; readonly bytes: number };
type Call = {
  readonly answers: Appended[];
  left: number;
  failed: boolean;
  readonly resolve: (answers: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
};
type Item = Outgoing & { readonly call: Call; readonly index: number };

/**
 * The one way of records to the broker.
 * I1. One send at a time, so that entries of a partition keep the order of the calls, and the client's locks are never waited for.
 * I2. What comes in meanwhile goes with the next send: an idle log sends at once, a busy one in batches.
 * I3. A producer whose send failed is never used again: the broker would take the next batch under the same sequence numbers for a repeat of the failed one.
 */
export class SendLoop {
  readonly #kafka: Kafka;
  readonly #queue: Item[] = [];
  #waitingBytes = 0;
  #producer: Producer | undefined;
  #running: Promise<void> | undefined;

  constructor(kafka: Kafka) {
    this.#kafka = kafka;
  }

  async connect(): Promise<void> {
    await this.#connected();
  }

  append(entries: readonly Outgoing[]): Promise<readonly Appended[]> {
    const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
    if (this.#waitingBytes + bytes > WAITING_BYTES_MAX)
      return Promise.reject(new OperatingError('log-overloaded', 'later', 'too much is waiting to be appended'));
    this.#waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      const call: Call = { answers: [], left: entries.length, failed: false, resolve, reject };
      entries.forEach((entry, index) => this.#queue.push({ ...entry, call, index }));
      this.#running ??= this.#run();
    });
  }

  /** Sends what waits, then disconnects. */
  async close(): Promise<void> {
    await this.#running;
    await this.#discard();
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0) await this.#send(this.#take());
    this.#running = undefined;
  }

  /** The longest front of the queue that one send may carry; what belongs to a call that failed is left out. */
  #take(): Item[] {
    const load = new Load();
    let count = 0;
    while (count < this.#queue.length && load.takes(this.#queue[count] as Item)) count++;
    const taken = this.#queue.splice(0, count);
    for (const item of taken) this.#waitingBytes -= item.bytes;
    return taken.filter((item) => !item.call.failed);
  }

  async #send(items: readonly Item[]): Promise<void> {
    if (items.length === 0) return;
    const batches = byPartition(items);
    try {
      const producer = await this.#connected();
      const sent = await calling('appending', () =>
        producer.sendBatch({ acks: ALL_REPLICAS, topicMessages: toTopicMessages(batches) }),
      );
      for (const batch of batches.values()) answer(batch, sent);
    } catch (error) {
      for (const { call } of items) {
        call.failed = true;
        call.reject(translate(error, 'appending'));
      }
      await this.#discard();
    }
  }

  async #connected(): Promise<Producer> {
    if (this.#producer !== undefined) return this.#producer;
    const producer = this.#kafka.producer({
      idempotent: true,
      allowAutoTopicCreation: false,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await calling('connecting a producer', () => producer.connect());
    return (this.#producer = producer);
  }

  async #discard(): Promise<void> {
    const producer = this.#producer;
    this.#producer = undefined;
    await producer?.disconnect().catch(() => undefined);
  }
}

/** How much is on one send so far. */
class Load {
  #messages = 0;
  #bytes = 0;
  readonly #partitions = new Map<string, { messages: number; bytes: number }>();

  /** False where the item has to wait for the next send; a first item is always taken. */
  takes(item: Item): boolean {
    const key = keyOf(item);
    const of = this.#partitions.get(key) ?? { messages: 0, bytes: 0 };
    const full = of.messages >= PARTITION_MESSAGES_MAX || of.bytes + item.bytes > PARTITION_BYTES_MAX;
    if (full && of.messages > 0) return false;
    if (this.#messages > 0 && (this.#messages >= SEND_MESSAGES_MAX || this.#bytes + item.bytes > SEND_BYTES_MAX)) return false;
    this.#partitions.set(key, { messages: of.messages + 1, bytes: of.bytes + item.bytes });
    this.#messages++;
    this.#bytes += item.bytes;
    return true;
  }
}

const keyOf = ({ topic, partition }: Outgoing): string => `${topic}/${partition}`;

function byPartition(items: readonly Item[]): Map<string, Item[]> {
  const batches = new Map<string, Item[]>();
  for (const item of items) {
    const batch = batches.get(keyOf(item));
    if (batch === undefined) batches.set(keyOf(item), [item]);
    else batch.push(item);
  }
  return batches;
}

/** One element a topic: the client makes one record batch a partition of it. */
function toTopicMessages(batches: ReadonlyMap<string, readonly Item[]>): TopicMessages[] {
  const topics = new Map<string, Message[]>();
  for (const batch of batches.values())
    for (const { topic, message } of batch) {
      const messages = topics.get(topic);
      if (messages === undefined) topics.set(topic, [message]);
      else messages.push(message);
    }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

function answer(batch: readonly Item[], sent: readonly RecordMetadata[]): void {
  const [{ topic, partition }] = batch as [Item];
  const place = sent.find((s) => s.topicName === topic && s.partition === partition);
  const at = Number(place?.logAppendTime ?? -1);
  if (place?.baseOffset === undefined || at < 0)
    throw new OperatingError('append-time', 'never', `topic ${topic} was not made with message.timestamp.type=LogAppendTime`);
  const base = Number(place.baseOffset);
  batch.forEach(({ call, index }, i) => {
    call.answers[index] = { topic, partition, offset: base + i, at: makeInstant(at) };
    if (--call.left === 0) call.resolve(call.answers);
  });
}
