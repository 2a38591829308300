import { encodeUtf8, makeInstant, type Instant } from '@tripline/kernel';
import type { Entry, LogRecord } from '@tripline/ports';

/** One partition as the brokers have it. Its leader's clock gives the append times; records are never changed. */
export class SharedPartition {
  readonly records: LogRecord[] = [];
  /** When each record landed, in true time. */
  readonly landed: Instant[] = [];
  readonly #waiting = new Set<() => void>();
  /** How far its leader's clock is off. */
  leaderOffMs = 0;

  constructor(
    readonly topic: string,
    readonly number: number,
  ) {}

  get end(): number {
    return this.records.length;
  }

  append(entries: readonly Entry[], now: Instant): readonly LogRecord[] {
    const appended = makeInstant(now + this.leaderOffMs);
    const made = entries.map(({ key, value, headers = {} }, i): LogRecord => {
      const { topic, number: partition } = this;
      const offset = this.end + i;
      return { topic, partition, offset, key: key === null ? null : encodeUtf8(key), value: value.slice(), appended, headers };
    });
    this.records.push(...made);
    this.landed.push(...made.map(() => now));
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const call of waiting) call();
    return made;
  }

  /** Copies, as they come over a wire: what a reader does to the bytes is its own affair. */
  read(from: number, max: number): readonly LogRecord[] {
    return this.records.slice(from, from + max).map((record) => ({ ...record, value: record.value.slice() }));
  }

  /** Calls once, when there is more; the answer takes it back. */
  onMore(call: () => void): () => void {
    this.#waiting.add(call);
    return () => this.#waiting.delete(call);
  }
}
