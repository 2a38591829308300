import { randomUUID } from 'node:crypto';
import { decodeUtf8, encodeUtf8, type Duration } from '@tripline/kernel';
import type { Appended, Batch, Entry, EventLog, LogRecord, Reading, Subscription } from '@tripline/ports';

/** A log to test: `reopen` closes it and opens it anew on the same data, as a restarted process would. */
export type EventLogPlace = { readonly log: EventLog; reopen(): Promise<EventLog>; close(): Promise<void> };

const PATIENCE_MS = 30_000;
const LOOK_MS = 5;

/** Resolves when `holds`; rejects with `what` when it does not come true in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, patienceMs = PATIENCE_MS): Promise<void> {
  const deadline = Date.now() + patienceMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`in ${patienceMs} ms it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

/** A gate that stands until it is opened. */
export function makeGate(): { readonly passed: Promise<void>; open(): void } {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => (open = resolve));
  return { passed, open: () => open() };
}

export const newName = (what: string): string => `${what}-${randomUUID().slice(0, 8)}`;
export const textOf = (record: LogRecord): string => decodeUtf8(record.value);

/** What one test works with: its log, topics and groups of its own, readers that are closed after it. */
export class LogBench {
  readonly #place: EventLogPlace;
  readonly #readings: Reading[] = [];
  log: EventLog;

  constructor(place: EventLogPlace) {
    this.#place = place;
    this.log = place.log;
  }

  async topic(partitions = 1, retention?: Duration): Promise<string> {
    const name = newName('topic');
    await this.log.ensureTopics([{ name, partitions, ...(retention === undefined ? {} : { retention }) }]);
    return name;
  }

  /** Appends texts, one entry each, to a partition (0 unless given). */
  append(topic: string, texts: readonly string[], partition = 0): Promise<readonly Appended[]> {
    return this.log.append(texts.map((text): Entry => ({ topic, key: null, value: encodeUtf8(text), partition })));
  }

  async read(subscription: Subscription): Promise<Reading> {
    return this.#keep(await this.log.read(subscription));
  }

  async follow(topics: readonly string[], handle: (batch: Batch) => Promise<void>): Promise<Reading> {
    return this.#keep(await this.log.follow(topics, handle));
  }

  async reopen(): Promise<void> {
    this.log = await this.#place.reopen();
  }

  async close(): Promise<void> {
    for (const reading of this.#readings) await reading.close();
    await this.#place.close();
  }

  #keep(reading: Reading): Reading {
    this.#readings.push(reading);
    return reading;
  }
}

/** A subscription that keeps the texts it was given, in the order of handling. */
export class Collector implements Subscription {
  readonly texts: string[] = [];
  readonly batches: Batch[] = [];
  readonly held = new Set<string>();
  readonly gone: string[] = [];
  readonly halts: { error: unknown; topic: string | undefined; partition: number | undefined }[] = [];
  readonly group: string;
  readonly topics: readonly string[];
  readonly instance?: string;

  constructor(topics: readonly string[], group = newName('group'), instance?: string) {
    this.topics = topics;
    this.group = group;
    if (instance !== undefined) this.instance = instance;
  }

  handle(batch: Batch): Promise<void> {
    this.batches.push(batch);
    for (const record of batch.records) this.texts.push(textOf(record));
    return Promise.resolve();
  }

  assigned(topic: string, partition: number): Promise<number | undefined> {
    this.held.add(`${topic}/${partition}`);
    return Promise.resolve(undefined);
  }

  revoked(topic: string, partition: number): Promise<void> {
    this.held.delete(`${topic}/${partition}`);
    this.gone.push(`${topic}/${partition}`);
    return Promise.resolve();
  }

  halted(error: unknown, topic?: string, partition?: number): void {
    this.halts.push({ error, topic, partition });
  }
}
