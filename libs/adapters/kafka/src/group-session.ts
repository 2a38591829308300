import type { Bounds, Subscription, Watch } from '@tripline/ports';
import type { Batch as ClientBatch, Consumer, EachBatchPayload, Kafka } from 'kafkajs';
import type { BrokerView } from './broker-view.js';
import { Committer } from './committer.js';
import { translate } from './errors.js';
import { Lane, type Fetched, type LaneHost } from './lane.js';
import { toRecord } from './record.js';
import { makeAssigner } from './sticky-assigner.js';

/** A look for records that finds none comes back after this long; also how long a resumed partition may wait for the next look. */
const LOOK_MS = 100;
const SESSION_MS = 30_000;
const REBALANCE_MS = 60_000;
const HEARTBEAT_MS = 1_000;
const PARTITION_BYTES_MAX = 1024 * 1024;
const FETCH_BYTES_MAX = 16 * 1024 * 1024;
/** A batch that takes longer no longer holds up the other partitions of its fetch: its own is paused until it is over. */
const QUICK_MS = 100;
const AT_ONCE_MAX = 256;
const WATCHDOG_MS = 20_000;

export type SessionOptions = {
  readonly kafka: Kafka;
  readonly view: BrokerView;
  readonly committed: (group: string, topic: string) => Promise<ReadonlyMap<number, number>>;
  readonly subscription: Subscription;
  readonly instance: string;
  /** A follower: commits nothing, and jumps over what is gone. */
  readonly follows: boolean;
  readonly watch: Watch;
  /** The consumer ended by itself; its lanes are lost. */
  readonly crashed: (error: unknown) => void;
};

type Look = { readonly bounds: readonly Bounds[]; readonly committed: ReadonlyMap<number, number> };

/**
 * One consumer of the client from joining the group to leaving it or crashing, and the lanes of what it holds.
 * I1. What is assigned is paused in the same turn of the loop in which the client learns of it, and resumed by its lane at its own position.
 * I2. Only a lane moves a position; the client's committed and default offsets are never relied on.
 * I3. The lanes of a partition follow each other: one begins, or ends, when the one before it has ended.
 */
export class GroupSession implements LaneHost {
  readonly subscription: Subscription;
  readonly watch: Watch;
  readonly mayJump: boolean;
  readonly #options: SessionOptions;
  readonly #consumer: Consumer;
  readonly #committer: Committer;
  readonly #lanes = new Map<string, Lane>();
  readonly #ending = new Map<string, Promise<void>>();
  readonly #seen = new Map<Lane, number>();
  readonly #looks = new Map<string, Promise<Look>>();
  #heardMs = Date.now();
  #over = false;
  #crashed = false;
  #crash: unknown;
  #progress = false;
  #watchdog: NodeJS.Timeout | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.subscription = options.subscription;
    this.watch = options.watch;
    this.mayJump = options.follows;
    this.#consumer = options.kafka.consumer({
      groupId: options.subscription.group,
      partitionAssigners: [makeAssigner(options.instance, () => [...this.#lanes.keys()], options.subscription.address)],
      sessionTimeout: SESSION_MS,
      rebalanceTimeout: REBALANCE_MS,
      heartbeatInterval: HEARTBEAT_MS,
      maxWaitTimeInMs: LOOK_MS,
      minBytes: 1,
      maxBytesPerPartition: PARTITION_BYTES_MAX,
      maxBytes: FETCH_BYTES_MAX,
      allowAutoTopicCreation: false,
      retry: { retries: 5, restartOnFailure: () => Promise.resolve(false) },
    });
    this.#committer = new Committer((offsets) => this.#consumer.commitOffsets(offsets), options.watch);
    this.#listen();
  }

  /** Handled anything since it began? Tells the supervisor a bad start from a bad day. */
  get progressed(): boolean {
    return this.#progress;
  }

  /** Resolves when the group was joined. Rejects when the consumer crashed trying, of which the client itself tells by an event only. */
  async open(): Promise<void> {
    await this.#consumer.connect();
    await this.#consumer.subscribe({ topics: [...this.subscription.topics], fromBeginning: true });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: AT_ONCE_MAX,
      eachBatch: (payload) => this.#onBatch(payload),
    });
    if (this.#crash !== undefined) throw translate(this.#crash, 'joining the group');
    this.#watchdog = setInterval(() => void this.#look(), WATCHDOG_MS).unref();
  }

  /** Waits for what is being handled, commits, calls `revoked`, leaves the group. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog);
    this.#over = true;
    for (const { topic, partition } of this.#lanes.values()) this.pause(topic, partition);
    await Promise.all([...this.#lanes.values()].map((lane) => lane.idle()));
    await this.#committer.flush();
    await this.#loseAll();
    await this.#consumer.disconnect();
  }

  /** The consumer is beyond repair: all lanes are lost, and nothing is committed any more. */
  async abandon(): Promise<void> {
    this.#crashed = true;
    clearInterval(this.#watchdog);
    this.#over = true;
    await this.#loseAll();
    await this.#consumer.disconnect().catch(() => undefined);
  }

  alive(): boolean {
    return Date.now() - this.#heardMs < SESSION_MS;
  }

  resume(topic: string, partition: number, offset: number): void {
    if (this.#over || this.#crashed) return;
    this.#consumer.seek({ topic, partition, offset: String(offset) });
    this.#consumer.resume([{ topic, partitions: [partition] }]);
  }

  pause(topic: string, partition: number): void {
    if (!this.#crashed) this.#consumer.pause([{ topic, partitions: [partition] }]);
  }

  async look(
    topic: string,
    partition: number,
    fresh: boolean,
  ): Promise<{ committed: number | undefined; first: number; end: number }> {
    const look = fresh ? this.#lookNow(topic) : (this.#looks.get(topic) ?? this.#lookNow(topic));
    this.#looks.set(topic, look);
    const { bounds, committed } = await look.catch((error: unknown) => {
      if (this.#looks.get(topic) === look) this.#looks.delete(topic);
      throw error;
    });
    const { first, end } = bounds.find((b) => b.partition === partition) ?? { first: 0, end: 0 };
    return { committed: committed.get(partition), first, end };
  }

  committable(topic: string, partition: number, next: number, held: () => boolean): void {
    this.#progress = true;
    if (!this.#options.follows) this.#committer.mark({ topic, partition, next, held });
  }

  async #lookNow(topic: string): Promise<Look> {
    const { view, committed, follows } = this.#options;
    const none: ReadonlyMap<number, number> = new Map();
    const group = this.subscription.group;
    const [bounds, positions] = await Promise.all([view.bounds(topic), follows ? none : committed(group, topic)]);
    return { bounds, committed: positions };
  }

  #listen(): void {
    const { GROUP_JOIN, HEARTBEAT, CRASH, END_BATCH_PROCESS } = this.#consumer.events;
    this.#consumer.on(GROUP_JOIN, ({ payload }) => this.#onJoin(payload.memberAssignment));
    this.#consumer.on(HEARTBEAT, () => void (this.#heardMs = Date.now()));
    this.#consumer.on(CRASH, ({ payload }) => this.#onCrash(payload.error));
    this.#consumer.on(END_BATCH_PROCESS, ({ payload }) => {
      if (payload.batchSize === 0) this.#onSkipped(payload.topic, payload.partition, Number(payload.lastOffset), Number(payload.highWatermark)); // prettier-ignore
    });
  }

  #onJoin(assignment: Readonly<Record<string, readonly number[]>>): void {
    this.#heardMs = Date.now();
    this.#looks.clear();
    const assigned = new Set(Object.entries(assignment).flatMap(([topic, partitions]) => partitions.map((p) => keyOf(topic, p))));
    for (const [key, lane] of this.#lanes) if (!assigned.has(key)) void this.#lose(key, lane);
    for (const [topic, partitions] of Object.entries(assignment)) {
      this.#consumer.pause([{ topic, partitions: [...partitions] }]);
      if (!this.#over) for (const partition of partitions) this.#gain(topic, partition);
    }
  }

  #gain(topic: string, partition: number): void {
    const key = keyOf(topic, partition);
    const kept = this.#lanes.get(key);
    if (kept !== undefined) return kept.begin();
    const lane = new Lane(topic, partition, this);
    this.#lanes.set(key, lane);
    void (this.#ending.get(key) ?? Promise.resolve()).then(() => lane.begin());
  }

  #lose(key: string, lane: Lane): Promise<void> {
    this.#lanes.delete(key);
    this.#seen.delete(lane);
    const ended = lane.lose(this.#ending.get(key));
    this.#ending.set(key, ended);
    return ended;
  }

  async #loseAll(): Promise<void> {
    for (const [key, lane] of [...this.#lanes]) void this.#lose(key, lane);
    await Promise.all(this.#ending.values());
  }

  #onCrash(error: unknown): void {
    this.#crashed = true;
    this.#crash = error;
    if (!this.#over) this.#options.crashed(error);
  }

  async #onBatch(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const lane = this.#lanes.get(keyOf(batch.topic, batch.partition));
    if (lane === undefined || this.#over) return;
    const handled = lane.take(toFetched(batch));
    if (await settledWithin(handled, QUICK_MS)) {
      if (lane.held() && lane.position === Number(batch.lastOffset()) + 1) payload.resolveOffset(batch.lastOffset());
      return;
    }
    this.pause(lane.topic, lane.partition);
    void handled.then(() => {
      if (lane.waiting) lane.begin();
    });
  }

  /** Offsets with nothing to read in them (a transaction's marker, an aborted one): an empty batch, so that the position moves past them. */
  #onSkipped(topic: string, partition: number, last: number, end: number): void {
    const lane = this.#lanes.get(keyOf(topic, partition));
    if (lane !== undefined) void lane.take({ from: lane.position, records: [], next: last + 1, end });
  }

  /** The watchdog: a lane that waits while the log has more than it has read, and did so at the last look, means that the client hangs. */
  async #look(): Promise<void> {
    try {
      for (const topic of this.subscription.topics) await this.#lookAt(topic);
    } catch (error) {
      this.watch.logger.warn('log.watchdog_blind', { error: String(error) });
    }
  }

  async #lookAt(topic: string): Promise<void> {
    for (const { partition, end } of await this.#options.view.bounds(topic)) {
      const lane = this.#lanes.get(keyOf(topic, partition));
      if (lane === undefined || this.#over) continue;
      const stands = lane.waiting && lane.position < end && this.#seen.get(lane) === lane.position;
      if (stands) return this.#options.crashed(new Error(`${topic}/${partition} stands at ${lane.position} of ${end}`));
      this.#seen.set(lane, lane.position);
    }
  }
}

const keyOf = (topic: string, partition: number): string => `${topic}/${partition}`;

function toFetched(batch: ClientBatch): Fetched {
  const { topic, partition, messages, highWatermark } = batch;
  const from = (batch as unknown as { fetchedOffset: string }).fetchedOffset;
  const records = messages.map((message) => toRecord(topic, partition, message));
  return { from: Number(from), records, next: Number(batch.lastOffset()) + 1, end: Number(highWatermark) };
}

/** True when the work was over within `ms`. */
async function settledWithin(work: Promise<void>, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), ms)));
  const settled = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return settled;
}
