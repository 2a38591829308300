/* eslint-disable @nx/enforce-module-boundaries, no-restricted-syntax -- what specs stand on: it may import what they may */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { MemoryStateStore } from '@tripline/adapters-memory';
import { parseJson, type Duration, type JsonObject } from '@tripline/kernel';
import {
  ALL_TOPICS,
  encodeTaskInput,
  GROUPS,
  TOPICS,
  type Action,
  type Event,
  type Recall,
  type TaskInput,
} from '@tripline/model';
import { Stop, type EventLog, type LogRecord, type StateStore, type WholeState } from '@tripline/ports';
import { makeEvent, RecordingWatch, START } from '@tripline/testing-builders';
import { Processor, type ProcessorOptions } from '../src/index.js';

/** A real embedded log in a temporary directory, on a clock that only tests move. */
export class World {
  readonly watch = new RecordingWatch();
  readonly store = new MemoryStateStore();
  #machineMs: number = START;

  private constructor(
    readonly directory: string,
    readonly partitions: number,
    public log: EmbeddedLog,
  ) {}

  static async open(partitions = 2): Promise<World> {
    const directory = await mkdtemp(join(tmpdir(), 'tripline-processor-'));
    const shell: { world?: World } = {};
    const log = new EmbeddedLog({ directory, watch: new RecordingWatch(), machine: () => shell.world?.machineMs ?? START });
    await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions })));
    return (shell.world = new World(directory, partitions, log));
  }

  get machineMs(): number {
    return this.#machineMs;
  }

  get clock(): EmbeddedLog['clock'] {
    return this.log.clock;
  }

  async close(): Promise<void> {
    await this.log.close();
    await rm(this.directory, { recursive: true });
  }

  /** Moves time on, and wakes whoever sleeps. */
  async pass(length: Duration): Promise<void> {
    await this.log.clock.advance(length);
  }

  append(input: TaskInput, partition?: number): Promise<unknown> {
    const key = 'person' in input ? input.person : null;
    const where = partition === undefined ? {} : { partition };
    return this.log.append([{ topic: TOPICS.events, key, value: encodeTaskInput(input), ...where }]);
  }

  /** An event that happens and is received now. */
  event(name: string, fields: Partial<Event> = {}): Promise<unknown> {
    const now = this.clock.now();
    return this.append({ kind: 'event', ...makeEvent({ name, timestamp: now, received: now, ...fields }) });
  }

  async publish(document: JsonObject, revision = 1, version = 1): Promise<void> {
    const name = document['name'] as string;
    const change = { type: 'publish', version, document, openRuns: 'drain' } as const;
    const of = document['kind'] === 'segment' ? { of: 'segment' as const } : {};
    for (let p = 0; p < this.partitions; p++) await this.append({ kind: 'control', ...of, name, revision, change }, p);
  }

  /** The default zone, for every task. */
  async settings(zone: string, revision: number, zoneData = '2026a', semantics?: number): Promise<void> {
    const change = { type: 'settings', zone, zoneData, ...(semantics === undefined ? {} : { semantics }) } as const;
    for (let p = 0; p < this.partitions; p++)
      await this.append({ kind: 'control', of: 'settings', name: 'settings', revision, change }, p);
  }

  async records(topic: string): Promise<LogRecord[]> {
    const all: LogRecord[] = [];
    for (const { partition, first, end } of await this.log.bounds(topic))
      all.push(...(await fetchAll(this.log, topic, partition, first, end)));
    return all;
  }

  async values<T>(topic: string): Promise<T[]> {
    return (await this.records(topic)).map((record) => parseJson(new TextDecoder().decode(record.value)) as T);
  }

  outputs(): Promise<(Action | Recall)[]> {
    return this.values(TOPICS.actions);
  }

  /** How often it was said what time it is; ticks that only ask are left out. */
  async ticks(): Promise<number> {
    return (await this.values<TaskInput>(TOPICS.events)).filter((input) => input.kind === 'tick' && input.upTo > 0).length;
  }
}

export async function fetchAll(
  log: EventLog,
  topic: string,
  partition: number,
  first: number,
  end: number,
): Promise<LogRecord[]> {
  const found: LogRecord[] = [];
  for (let at = first; at < end; at = (found.at(-1)?.offset ?? end) + 1) {
    const part = await log.fetch(topic, partition, at, 10_000);
    if (part.length === 0) break;
    found.push(...part);
  }
  return found;
}

/** A running processor over a world's log. */
export type Running = {
  readonly processor: Processor;
  /** Ends as a process that is told to. */
  close(): Promise<void>;
};

export async function run(world: World, options: Partial<ProcessorOptions> = {}): Promise<Running> {
  const { log, clock, watch, store, partitions } = world;
  const stop = new Stop();
  const processor = new Processor({ log, clock, watch, store, partitions, ...options });
  const reading = await log.read(processor.subscription());
  const running = processor.run(stop);
  const end = async (): Promise<void> => {
    stop.stop();
    await reading.close();
    await running;
  };
  return { processor, close: end };
}

/** Looks again and again, for ten seconds of real time. */
export async function until<T>(look: () => Promise<T> | T, good: (seen: T) => boolean): Promise<T> {
  const ends = Date.now() + 10_000;
  for (;;) {
    const seen = await look();
    if (good(seen)) return seen;
    if (Date.now() > ends) throw new Error(`still ${JSON.stringify(seen)}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Resolves once the processor has applied everything that is in the events topic now, and its outputs are in the log. */
export async function settled({ log }: World): Promise<void> {
  await until(
    async () => {
      const committed = await log.committed(GROUPS.processor, TOPICS.events);
      return (await log.bounds(TOPICS.events)).every(({ partition, end }) => (committed.get(partition) ?? 0) >= end);
    },
    (all) => all,
  );
}

/** A cart, and no order of the same cart within the hour. */
export const ABANDONED: JsonObject = {
  kind: 'trigger',
  name: 'abandoned-cart',
  purpose: 'marketing',
  by: 'cartId',
  when: [
    { event: 'cart.item_added', as: 'cart' },
    { not: 'order.completed', for: '1h' },
  ],
  do: [{ id: 'mail', email: 'cart-reminder' }],
};

export class FailingStateStore implements StateStore {
  failing = false;
  constructor(private readonly inner: StateStore) {}
  async open(task: number): ReturnType<StateStore['open']> {
    const store = await this.inner.open(task);
    const commit = store.commit.bind(store);
    store.commit = (change) => (this.failing ? Promise.reject(new Error('disk full')) : commit(change));
    return store;
  }
  replace(task: number, state: WholeState): Promise<void> {
    return this.inner.replace(task, state);
  }
}
