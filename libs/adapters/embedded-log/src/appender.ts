import { OperatingError, type Instant } from '@tripline/kernel';
import type { Appended, Entry } from '@tripline/ports';
import { sizeOfEntry } from './chunk.js';
import type { EmbeddedClock } from './embedded-clock.js';
import type { LogFiles } from './log-files.js';
import type { Partition } from './partition.js';

/** Records a chunk holds at most, and bytes after which the next one begins. */
const CHUNK_RECORDS_MAX = 512;
const CHUNK_BYTES_MAX = 256 * 1024;
/** Bytes a transaction writes, about; and bytes that may wait for theirs. */
const TRANSACTION_BYTES_MAX = 16 * 1024 * 1024;
const WAITING_BYTES_MAX = 256 * 1024 * 1024;

export type Placed = { readonly entry: Entry; readonly partition: Partition };
type Call = {
  readonly placed: readonly Placed[];
  readonly bytes: number;
  readonly resolve: (appended: readonly Appended[]) => void;
  readonly reject: (error: unknown) => void;
};

/**
 * The only writer of records.
 * I1. One transaction at a time, so that a partition's entries get their offsets in the order of the calls.
 * I2. What comes in meanwhile goes into the next transaction together: many small appends cost one sync.
 */
export class Appender {
  readonly #calls: Call[] = [];
  #waitingBytes = 0;
  #running: Promise<void> | undefined;

  constructor(
    private readonly files: LogFiles,
    private readonly clock: EmbeddedClock,
  ) {}

  append(placed: readonly Placed[]): Promise<readonly Appended[]> {
    const bytes = placed.reduce((sum, { entry }) => sum + sizeOfEntry(entry), 0);
    if (this.#waitingBytes + bytes > WAITING_BYTES_MAX)
      return Promise.reject(new OperatingError('log-overloaded', 'later', 'too much is waiting to be appended'));
    this.#waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.#calls.push({ placed, bytes, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when everything that waited is written. */
  async drain(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#calls.length > 0) await this.#transaction(this.#take());
    this.#running = undefined;
  }

  #take(): Call[] {
    const taken: Call[] = [];
    for (let bytes = 0; this.#calls.length > 0 && bytes < TRANSACTION_BYTES_MAX;) {
      const call = this.#calls.shift() as Call;
      bytes += call.bytes;
      taken.push(call);
    }
    return taken;
  }

  async #transaction(calls: readonly Call[]): Promise<void> {
    const work = new Offsets(this.clock.now());
    const answers = calls.map((call) => call.placed.map((placed) => work.add(placed)));
    try {
      await this.files.append(work.chunks(), this.clock.reading());
      work.commit();
      calls.forEach((call, i) => call.resolve(answers[i] ?? []));
    } catch (cause) {
      const error = new OperatingError('log-write', 'later', 'the log could not be written', { cause });
      for (const call of calls) call.reject(error);
    }
    this.#waitingBytes -= calls.reduce((sum, call) => sum + call.bytes, 0);
  }
}

type Slice = { readonly partition: Partition; readonly from: number; readonly entries: Entry[]; bytes: number };

/** The offsets one transaction gives out, all at one instant. */
class Offsets {
  readonly #slices: Slice[] = [];
  readonly #last = new Map<Partition, Slice>();

  constructor(private readonly at: Instant) {}

  add({ entry, partition }: Placed): Appended {
    const slice = this.#sliceFor(partition);
    slice.entries.push(entry);
    slice.bytes += sizeOfEntry(entry);
    return { topic: entry.topic, partition: partition.number, offset: slice.from + slice.entries.length - 1, at: this.at };
  }

  chunks(): { key: Buffer; chunk: Buffer }[] {
    return this.#slices.map((slice) => slice.partition.prepare(slice.entries, this.at, slice.from));
  }

  commit(): void {
    for (const [partition, slice] of this.#last) partition.committed(slice.from + slice.entries.length);
  }

  #sliceFor(partition: Partition): Slice {
    const last = this.#last.get(partition);
    if (last !== undefined && last.entries.length < CHUNK_RECORDS_MAX && last.bytes < CHUNK_BYTES_MAX) return last;
    const slice = {
      partition,
      from: last === undefined ? partition.end : last.from + last.entries.length,
      entries: [],
      bytes: 0,
    };
    this.#slices.push(slice);
    this.#last.set(partition, slice);
    return slice;
  }
}
