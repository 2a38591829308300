import { assert, encodeUtf8, makeInstant, minus, makeDuration, OperatingError, partitionOf } from '@tripline/kernel';
import type {
  Appended,
  Batch,
  Bounds,
  Entry,
  EventLog,
  LogRecord,
  Reading,
  Subscription,
  TopicSpec,
  Watch,
} from '@tripline/ports';
import { Appender, type Placed } from './appender.js';
import { DirectoryLock } from './directory-lock.js';
import { EmbeddedClock } from './embedded-clock.js';
import { Follower } from './follower.js';
import { Group } from './group.js';
import { LogFiles, type TopicRow } from './log-files.js';
import { Partition } from './partition.js';
import { Positions } from './positions.js';
import { Reader } from './reader.js';

/** As Kafka's own default for a record. */
export const ENTRY_MAX_BYTES = 1_000_000;
export const PARTITIONS_MAX = 1_024;
const FETCH_MAX_BYTES = 16 * 1024 * 1024;
const TRIM_EVERY_MS = 60_000;

export type EmbeddedLogOptions = {
  readonly directory: string;
  readonly watch: Watch;
  /** The machine's time in milliseconds; given by tests only. */
  readonly machine?: () => number;
};

type Topic = { readonly row: TopicRow; readonly partitions: readonly Partition[] };

/**
 * The log in this process, in one directory: durable when acknowledged, read by any number of readers in this process, written by this process only.
 * Append times are those of its own `clock`, which every service of the process is to use. Retention never takes what a group that
 * has ever committed has still to read.
 */
export class EmbeddedLog implements EventLog {
  readonly clock: EmbeddedClock;
  readonly #files: LogFiles;
  readonly #lock: DirectoryLock;
  readonly #watch: Watch;
  readonly #appender: Appender;
  readonly #positions: Positions;
  readonly #topics: Map<string, Topic>;
  readonly #groups = new Map<string, Group>();
  readonly #readings = new Set<Reading>();
  readonly #trimmer: NodeJS.Timeout;
  #anyPartition = 0;

  constructor({ directory, watch, machine = Date.now }: EmbeddedLogOptions) {
    this.#lock = new DirectoryLock(directory);
    this.#files = this.#openFiles(directory);
    this.#watch = watch;
    this.clock = new EmbeddedClock(this.#files.clock() ?? { aheadMs: 0, shownMs: 0 }, machine, (r) => this.#files.saveClock(r));
    this.#appender = new Appender(this.#files, this.clock);
    this.#positions = new Positions(this.#files);
    this.#topics = new Map([...this.#files.topics()].map(([name, row]) => [name, this.#openTopic(name, row)]));
    this.#trimmer = setInterval(() => void this.trim(), TRIM_EVERY_MS).unref();
  }

  async ensureTopics(specs: readonly TopicSpec[]): Promise<void> {
    for (const spec of specs) {
      assert(spec.partitions >= 1 && spec.partitions <= PARTITIONS_MAX, `a topic has 1 to ${PARTITIONS_MAX} partitions`);
      const known = this.#topics.get(spec.name);
      if (known === undefined) await this.#addTopic(spec);
      else if (known.row.partitions !== spec.partitions) throw otherCount(spec, known.row.partitions);
    }
  }

  partitions(topic: string): Promise<number> {
    return attempt(() => this.#topic(topic).row.partitions);
  }

  async append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    if (entries.length === 0) return [];
    return this.#appender.append(entries.map((entry) => this.#place(entry)));
  }

  read(subscription: Subscription): Promise<Reading> {
    return attempt(() => {
      const partitions = subscription.topics.flatMap((topic) => this.#topic(topic).partitions);
      const reader = new Reader(new Set(partitions), subscription, this.#group(subscription.group), this.#host());
      return this.#keep(reader);
    });
  }

  follow(topics: readonly string[], handle: (batch: Batch) => Promise<void>): Promise<Reading> {
    return attempt(
      () =>
      this.#keep(new Follower(topics.flatMap((topic) => this.#topic(topic).partitions), handle, this.#host())), // prettier-ignore
    );
  }

  bounds(topic: string): Promise<readonly Bounds[]> {
    return attempt(() => this.#topic(topic).partitions.map(({ number, first, end }) => ({ partition: number, first, end })));
  }

  committed(group: string, topic: string): Promise<ReadonlyMap<number, number>> {
    return attempt(() => {
      const positions = this.#topic(topic).partitions.map(
        (p) => [p.number, this.#positions.position(group, topic, p.number)] as const,
      );
      return new Map(positions.filter((pair): pair is readonly [number, number] => pair[1] !== undefined));
    });
  }

  owners(group: string, topic: string): Promise<ReadonlyMap<number, string> | undefined> {
    return attempt(() => this.#group(group).owners(this.#topic(topic).partitions));
  }

  fetch(topic: string, partition: number, from: number, max: number): Promise<readonly LogRecord[]> {
    return attempt(() => this.#partition(topic, partition).read(from, max, FETCH_MAX_BYTES).slice(0, max));
  }

  /** Takes away what is past its topic's retention and was read by every group; runs by itself once a minute. */
  async trim(): Promise<void> {
    for (const { row, partitions } of this.#topics.values()) {
      if (row.retentionMs === undefined) continue;
      const before = minus(this.clock.now(), makeDuration(row.retentionMs));
      for (const partition of partitions) await this.#trimPartition(partition, before);
    }
  }

  async close(): Promise<void> {
    clearInterval(this.#trimmer);
    for (const reading of [...this.#readings]) await reading.close();
    await this.#appender.drain();
    await this.#files.saveClock(this.clock.reading());
    await this.#files.close();
    this.#lock.release();
  }

  #openFiles(directory: string): LogFiles {
    try {
      return new LogFiles(directory);
    } catch (error) {
      this.#lock.release();
      throw error;
    }
  }

  async #trimPartition(partition: Partition, before: number): Promise<void> {
    const floor = Math.min(partition.end, this.#positions.least(partition.topic, partition.number) ?? partition.end);
    try {
      const chunks = await partition.trim(makeInstant(before), floor);
      if (chunks > 0) this.#watch.meter.count('tripline_log_trimmed_chunks_total', { topic: partition.topic }, chunks);
    } catch (error) {
      this.#watch.logger.warn('log.trim_failed', { topic: partition.topic, partition: partition.number, error: String(error) });
    }
  }

  async #addTopic(spec: TopicSpec): Promise<void> {
    const id = 1 + Math.max(0, ...[...this.#topics.values()].map(({ row }) => row.id));
    const row = await this.#files.addTopic(spec, id);
    this.#topics.set(spec.name, this.#openTopic(spec.name, row));
  }

  #openTopic(name: string, row: TopicRow): Topic {
    return { row, partitions: Array.from({ length: row.partitions }, (_, n) => new Partition(name, n, row.id, this.#files)) };
  }

  #topic(name: string): Topic {
    const topic = this.#topics.get(name);
    if (topic === undefined) throw new OperatingError('unknown-topic', 'never', `there is no topic ${name}`);
    return topic;
  }

  #partition(topic: string, number: number): Partition {
    const partition = this.#topic(topic).partitions[number];
    if (partition === undefined) throw new OperatingError('unknown-partition', 'never', `${topic} has no partition ${number}`);
    return partition;
  }

  #place(entry: Entry): Placed {
    const key = entry.key === null ? null : encodeUtf8(entry.key);
    if (entry.value.length + (key?.length ?? 0) > ENTRY_MAX_BYTES)
      throw new OperatingError('too-large', 'never', `a record of ${entry.topic} is over ${ENTRY_MAX_BYTES} bytes`);
    const { row } = this.#topic(entry.topic);
    const chosen = key === null ? this.#anyPartition++ % row.partitions : partitionOf(key, row.partitions);
    return { entry, partition: this.#partition(entry.topic, entry.partition ?? chosen) };
  }

  #group(name: string): Group {
    const group = this.#groups.get(name) ?? new Group();
    this.#groups.set(name, group);
    return group;
  }

  #host(): { positions: Positions; clock: EmbeddedClock; watch: Watch } {
    return { positions: this.#positions, clock: this.clock, watch: this.#watch };
  }

  #keep(reading: Reading): Reading {
    this.#readings.add(reading);
    return { close: () => reading.close().then(() => void this.#readings.delete(reading)) };
  }
}

/** The promise of a synchronous answer: what is thrown rejects. */
const attempt = <T>(answer: () => T): Promise<T> => new Promise((resolve) => resolve(answer()));

const otherCount = (spec: TopicSpec, is: number): OperatingError =>
  new OperatingError(
    'partition-count',
    'never',
    `topic ${spec.name} has ${is} partitions, not ${spec.partitions}: the number is chosen once`,
  );
