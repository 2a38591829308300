import { assert, type Instant } from '@tripline/kernel';
import type { Entry, LogRecord } from '@tripline/ports';
import { appendedOf, countOf, decodeChunk, encodeChunk } from './chunk.js';
import { chunkKey, type LogFiles } from './log-files.js';
import { Signal } from './signal.js';

/** A trim takes at most this many chunks away at once; the rest goes next time. */
const TRIM_CHUNKS_MAX = 200;

/** One partition: what is on disk of it, and where it begins and ends. Readers see up to `end`, which moves only after a commit. */
export class Partition {
  readonly appended = new Signal();
  #first: number;
  #end: number;

  constructor(
    readonly topic: string,
    readonly number: number,
    private readonly id: number,
    private readonly files: LogFiles,
  ) {
    const last = files.lastChunk(id, number);
    this.#first = files.first(id, number);
    this.#end = last === undefined ? this.#first : last.first + countOf(last.chunk);
  }

  get first(): number {
    return this.#first;
  }

  get end(): number {
    return this.#end;
  }

  /** The chunk that `entries` become at offset `from`; nothing is changed yet. */
  prepare(entries: readonly Entry[], at: Instant, from: number): { key: Buffer; chunk: Buffer } {
    return { key: chunkKey(this.id, this.number, from), chunk: encodeChunk({ at, entries }) };
  }

  /** What was written up to `end` is there to be read. */
  committed(end: number): void {
    assert(end >= this.#end, 'a log only grows');
    this.#end = end;
    this.appended.wake();
  }

  /** Whole chunks from `from` on, until `recordsMax` records or `bytesMax` bytes are passed. Empty at the end. */
  read(from: number, recordsMax: number, bytesMax: number): LogRecord[] {
    const records: LogRecord[] = [];
    let bytes = 0;
    let next = from;
    while (next < this.#end && records.length < recordsMax && bytes < bytesMax) {
      const found =
        records.length === 0 ? this.files.chunkAt(this.id, this.number, next) : this.files.chunkFrom(this.id, this.number, next);
      assert(found !== undefined, `offset ${next} of ${this.topic}/${this.number} is before the end and not there`);
      const chunk = decodeChunk(found.chunk, this.topic, this.number, found.first);
      for (const record of chunk) if (record.offset >= next) records.push(record);
      bytes += found.chunk.length;
      next = found.first + chunk.length;
    }
    return records;
  }

  /** Takes away what was appended before `before` and lies before `floor`, in whole chunks. Answers how many chunks went. */
  async trim(before: Instant, floor: number): Promise<number> {
    const gone: number[] = [];
    let first = this.#first;
    while (first < floor && gone.length < TRIM_CHUNKS_MAX) {
      const found = this.files.chunkFrom(this.id, this.number, first);
      if (found === undefined || appendedOf(found.chunk) >= before || first + countOf(found.chunk) > floor) break;
      gone.push(first);
      first += countOf(found.chunk);
    }
    if (gone.length > 0) await this.files.trim(this.id, this.number, gone, first);
    this.#first = first;
    return gone.length;
  }
}
