import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, jest } from '@jest/globals';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { openPostgres, type Postgres } from '@tripline/adapters-postgres';
import { OperatingError } from '@tripline/kernel';
import { encodeTaskInput, TOPICS } from '@tripline/model';
import { Stop, type EventMemory } from '@tripline/ports';
import { makeEvent, RecordingWatch } from '@tripline/testing-builders';
import { EventCounter } from './event-counter.js';

jest.setTimeout(60_000);
const PARTITIONS = 3;
const watch = new RecordingWatch();
let directory: string;
let server: EmbeddedPostgres;
let postgres: Postgres;
let log: EmbeddedLog;
const closing: (() => Promise<void>)[] = [];

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tripline-counter-'));
  server = await openEmbeddedPostgres({ dir: join(directory, 'pg') });
  postgres = await openPostgres({ url: server.url, watch });
  log = new EmbeddedLog({ directory: join(directory, 'log'), watch });
  await log.ensureTopics([{ name: TOPICS.events, partitions: PARTITIONS }]);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});
afterAll(async () => {
  await log.close();
  await postgres.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

/** A counter at work, over the shared log and database; closed as an application would, after the test at the latest. */
async function open(memory: EventMemory = postgres.events): Promise<() => Promise<void>> {
  const counter = new EventCounter({ log, memory, clock: log.clock, watch });
  const stop = new Stop();
  await counter.open();
  const running = counter.run(stop);
  const close = async (): Promise<void> => {
    stop.stop();
    await running;
    await counter.close();
  };
  closing.push(close);
  return close;
}

const append = (name: string, count: number): Promise<unknown> =>
  log.append(
    Array.from({ length: count }, (_, i) => ({
      topic: TOPICS.events,
      key: null,
      partition: i % PARTITIONS,
      value: encodeTaskInput({ kind: 'event', ...makeEvent({ name, properties: { i } }) }),
    })),
  );
const totalOf = async (name: string): Promise<number> =>
  (await postgres.events.seen(log.clock.now())).events.find((each) => each.name === name)?.total ?? 0;

async function until(look: () => Promise<boolean>): Promise<void> {
  for (const ends = Date.now() + 20_000; !(await look());) {
    if (Date.now() > ends) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

it('counts what was there before it, goes on where it stopped, and writes down what it has when it ends', async () => {
  await append('first', 30);
  const close = await open();
  await until(async () => (await totalOf('first')) === 30);
  await append('first', 3);
  await until(async () => (await log.committed('tripline.control', TOPICS.events)).get(2) === 11);
  await close();
  expect(await totalOf('first')).toBe(33);
  await append('first', 7);
  await open();
  await until(async () => (await totalOf('first')) === 40);
  const { events, behind } = await postgres.events.seen(log.clock.now());
  expect(behind).toBe(0);
  expect(events).toMatchObject([{ name: 'first', total: 40, lastDay: 40, properties: [{ name: 'i' }], cut: false }]);
});

it('counts each event once while counters come and go', async () => {
  const closers = [await open(), await open()];
  for (let round = 0; round < 6; round++) {
    await append('second', 50);
    await closers.shift()?.();
    closers.push(await open());
  }
  await until(async () => (await totalOf('second')) >= 300);
  for (const close of closers) await close();
  expect(await totalOf('second')).toBe(300);
});

it('keeps what cannot be written down, and writes it when it can', async () => {
  let failing = true;
  const memory: EventMemory = {
    position: (partition) => postgres.events.position(partition),
    seen: (now) => postgres.events.seen(now),
    add: (tallies, now) =>
      failing ? Promise.reject(new OperatingError('postgres-unavailable', 'later', 'away')) : postgres.events.add(tallies, now),
  };
  await open(memory);
  await append('third', 9);
  await until(() => Promise.resolve(watch.counts.has('tripline_control_counting_trouble_total')));
  await append('third', 1);
  failing = false;
  await until(async () => (await totalOf('third')) === 10);
});

it('says that it has halted, and before that it has not', async () => {
  let halt: ((error: unknown) => void) | undefined;
  const reading = { close: () => Promise.resolve() };
  const halting = new Proxy(log, {
    get: (target, name: keyof typeof log) =>
      name === 'read'
        ? (subscription: { halted?: (error: unknown) => void }) => {
            halt = subscription.halted;
            return Promise.resolve(reading);
          }
        : (target[name] as () => unknown).bind(target),
  });
  const counter = new EventCounter({ log: halting, memory: postgres.events, clock: log.clock, watch });
  await counter.open();
  expect(counter.halted).toBe(false);
  halt?.(new Error('the partition is gone'));
  expect(counter.halted).toBe(true);
});
