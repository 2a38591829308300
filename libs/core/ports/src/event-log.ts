import type { Duration, Instant } from '@tripline/kernel';

export type Headers = { readonly [name: string]: string };

/** One record to append. Without `partition` it goes by murmur2 of the key; without a key, to any. */
export type Entry = {
  readonly topic: string;
  readonly key: string | null;
  readonly value: Uint8Array;
  readonly partition?: number;
  readonly headers?: Headers;
};

/** Where an entry stands in the log, and the log's own append time. */
export type Appended = { readonly topic: string; readonly partition: number; readonly offset: number; readonly at: Instant };

/** The envelope of a value in the log. The bytes belong to the batch: copy what outlives it. A null value reads as no bytes. */
export type LogRecord = {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array;
  /** The log's append time (topics are made with it), never the producer's own. */
  readonly appended: Instant;
  readonly headers: Headers;
};

/** Consecutive records of one partition, oldest first; `records` may be empty where offsets hold nothing to read. */
export type Batch = {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
  /** The offset after this batch: also after markers and empty offsets. What is committed once it was handled. */
  readonly next: number;
  /** The log's end as the fetch saw it, for lag. */
  readonly end: number;
  /**
   * Still ours? False from the moment the partition was taken away: what is not written by then is left to the next owner. A batch that was
   * answered false once does not count as handled, and comes again to whoever owns the partition then.
   */
  held(): boolean;
};

/** A reader that shares the partitions of its topics with the others of its group. */
export type Subscription = {
  readonly group: string;
  readonly topics: readonly string[];
  /** A name of this member that outlives restarts: the same tasks come back to it where possible. */
  readonly instance?: string;
  /** Where others reach this member, a base URL: what `owners` answers for the partitions it has. */
  readonly address?: string;
  /**
   * Handles one batch. Resolved: the position `next` is committed, and the partition's next batch comes. At most one batch a partition is
   * being handled at a time; different partitions may be handled at once. Rejected with a passing error: the same batch comes again
   * after a growing pause (to 30 s). Rejected with an `OperatingError` of retry `never` or an `AssertionError`: this partition halts, the others go on.
   */
  handle(batch: Batch): Promise<void>;
  /** A partition became ours. The answer is where to begin (an own position, kept elsewhere); undefined: at the committed offset, else the earliest. */
  assigned?(topic: string, partition: number): Promise<number | undefined>;
  /** A partition is no longer ours; no batch of it is being handled any more when this is called. */
  revoked?(topic: string, partition: number): Promise<void>;
  /** A partition halted (its error), or the reader as a whole gave up: then both are undefined and the process had better end. */
  halted?(error: unknown, topic?: string, partition?: number): void;
};

/** A running reader. `close` waits for the batches being handled, commits, calls `revoked`, and leaves the group. */
export interface Reading {
  close(): Promise<void>;
}

/** `first` is the earliest offset still there, `end` the one the next record will get. */
export type Bounds = { readonly partition: number; readonly first: number; readonly end: number };

export type TopicSpec = { readonly name: string; readonly partitions: number; readonly retention?: Duration };

/** The partitioned log: Kafka, or one embedded in the process. Every error is an `OperatingError`. */
export interface EventLog {
  /** Makes the topics that are missing, with append time; one that exists with another number of partitions is an error, code `partition-count`. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<void>;
  /** Code `unknown-topic` where there is none. */
  partitions(topic: string): Promise<number>;
  /**
   * Appends all entries and resolves when every one is acknowledged by all replicas in sync, in the entries' order. Entries of one partition
   * keep their order, also across calls. Rejected: any of them may or may not be in the log; appending again is harmless to receivers.
   */
  append(entries: readonly Entry[]): Promise<readonly Appended[]>;
  read(subscription: Subscription): Promise<Reading>;
  /** Reads all partitions without a group from now on, and commits nothing: for live views and for what every process must see. */
  follow(topics: readonly string[], handle: (batch: Batch) => Promise<void>): Promise<Reading>;
  /** The bounds of all partitions, ordered, with metadata read afresh: partitions added a moment ago are seen. */
  bounds(topic: string): Promise<readonly Bounds[]>;
  /** The group's committed offset by partition; undefined where it has committed none. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, number>>;
  /**
   * Who has which partition: by partition the `address` its member gave; without an entry where nobody has it, or who has it gave none. Undefined while
   * the group is being shared anew. As of now: a member that died is named until the group gives it up.
   */
  owners(group: string, topic: string): Promise<ReadonlyMap<number, string> | undefined>;
  /** Records from an offset on, at most `max`, without a group; fewer (or none) at the end of the log. */
  fetch(topic: string, partition: number, from: number, max: number): Promise<readonly LogRecord[]>;
  close(): Promise<void>;
}
