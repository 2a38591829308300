import { mkdirSync } from 'node:fs';
import { OperatingError } from '@tripline/kernel';
import type { TopicSpec } from '@tripline/ports';
import { open, type Database, type RootDatabase } from 'lmdb';
import type { ClockReading } from './embedded-clock.js';

/** A topic on disk; its records are kept under its number. */
export type TopicRow = { readonly id: number; readonly partitions: number; readonly retentionMs?: number };

const OFFSET_BYTES = 6;
const KEY_BYTES = 8 + OFFSET_BYTES;
const OFFSET_END = 2 ** (8 * OFFSET_BYTES) - 1;

/**
 * The log on disk: one LMDB environment. A commit is synced before it shows, so that a record that was seen is a record that lasts.
 * `records`: chunks by topic number, partition and first offset. `meta`: topics, first offsets after trimming, the clock. `positions`: by group.
 */
export class LogFiles {
  readonly #root: RootDatabase<Buffer, string>;
  readonly #records: Database<Buffer, Buffer>;
  readonly #meta: Database<unknown, string>;
  readonly #positions: Database<number, string>;

  constructor(directory: string) {
    try {
      mkdirSync(directory, { recursive: true });
      this.#root = open<Buffer, string>({
        path: directory,
        noSubdir: false,
        encoding: 'binary',
        maxDbs: 4,
        overlappingSync: false,
      });
      this.#records = this.#root.openDB({ name: 'records', encoding: 'binary', keyEncoding: 'binary' });
      this.#meta = this.#root.openDB({ name: 'meta', encoding: 'json' });
      this.#positions = this.#root.openDB({ name: 'positions', encoding: 'json' });
    } catch (cause) {
      throw new OperatingError('log-open', 'later', `the log in ${directory} cannot be opened`, { cause });
    }
  }

  topics(): Map<string, TopicRow> {
    const rows = this.#meta.getRange({ start: 'topic:', end: 'topic;' });
    return new Map([...rows].map(({ key, value }) => [key.slice('topic:'.length), value as TopicRow]));
  }

  async addTopic(spec: TopicSpec, id: number): Promise<TopicRow> {
    const retention = spec.retention === undefined ? {} : { retentionMs: spec.retention };
    const row: TopicRow = { id, partitions: spec.partitions, ...retention };
    await this.#meta.put(`topic:${spec.name}`, row);
    return row;
  }

  clock(): ClockReading | undefined {
    return this.#meta.get('clock') as ClockReading | undefined;
  }

  async saveClock(reading: ClockReading): Promise<void> {
    await this.#meta.put('clock', reading);
  }

  /** The offset trimming has come to; 0 where nothing was trimmed. */
  first(topic: number, partition: number): number {
    return (this.#meta.get(firstKey(topic, partition)) as number | undefined) ?? 0;
  }

  /** Writes chunks and the clock in one transaction; durable when resolved. */
  async append(chunks: readonly { key: Buffer; chunk: Buffer }[], clock: ClockReading): Promise<void> {
    await this.#root.transaction(() => {
      for (const { key, chunk } of chunks) void this.#records.put(key, chunk);
      void this.#meta.put('clock', clock);
    });
  }

  /** The first offset and bytes of the chunk that holds `offset` or, where that is gone, of the next one. */
  chunkAt(topic: number, partition: number, offset: number): { first: number; chunk: Buffer } | undefined {
    const floor = chunkKey(topic, partition, 0);
    const before = this.#key({ start: chunkKey(topic, partition, offset), end: floor, inclusiveEnd: true, reverse: true });
    const key = before ?? this.#key({ start: chunkKey(topic, partition, offset), end: chunkKey(topic, partition, OFFSET_END) });
    return key === undefined ? undefined : this.#chunk(key);
  }

  /** The chunk that begins at `offset`, exactly. */
  chunkFrom(topic: number, partition: number, offset: number): { first: number; chunk: Buffer } | undefined {
    return this.#chunk(chunkKey(topic, partition, offset));
  }

  lastChunk(topic: number, partition: number): { first: number; chunk: Buffer } | undefined {
    return this.chunkAt(topic, partition, OFFSET_END);
  }

  /** Takes chunks away from the front of a partition, whose first offset is then `first`. */
  async trim(topic: number, partition: number, chunks: readonly number[], first: number): Promise<void> {
    await this.#root.transaction(() => {
      for (const offset of chunks) void this.#records.remove(chunkKey(topic, partition, offset));
      void this.#meta.put(firstKey(topic, partition), first);
    });
  }

  /** All positions: `[group, topic, partition]` as JSON, and the offset. */
  positions(): { key: string; value: number }[] {
    return [...this.#positions.getRange({})].map(({ key, value }) => ({ key, value }));
  }

  async savePosition(key: string, next: number): Promise<void> {
    await this.#positions.put(key, next);
  }

  async close(): Promise<void> {
    await this.#root.close();
  }

  #key(range: { start: Buffer; end: Buffer; reverse?: boolean; inclusiveEnd?: boolean }): Buffer | undefined {
    for (const key of this.#records.getKeys({ ...range, limit: 1 })) return key;
    return undefined;
  }

  #chunk(key: Buffer): { first: number; chunk: Buffer } | undefined {
    const chunk = this.#records.getBinary(key);
    return chunk === undefined ? undefined : { first: Buffer.from(key).readUIntBE(8, OFFSET_BYTES), chunk };
  }
}

export function chunkKey(topic: number, partition: number, offset: number): Buffer {
  const key = Buffer.alloc(KEY_BYTES);
  key.writeUInt32BE(topic, 0);
  key.writeUInt32BE(partition, 4);
  key.writeUIntBE(offset, 8, OFFSET_BYTES);
  return key;
}

const firstKey = (topic: number, partition: number): string => `first:${topic}/${partition}`;
