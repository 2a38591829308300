import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { between, days, hours, minutes, plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import { ALL_TOPICS, GROUPS, TOPICS } from '@tripline/model';
import type { Reading } from '@tripline/ports';
import { RecordingWatch } from '@tripline/testing-builders';
import { SkipAhead } from './skip-ahead.js';

let directory: string;
let log: EmbeddedLog;
let gate: Reading;
/** How far the clock was past an action's time when the gate saw it. */
let late: Duration[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tripline-skip-ahead-'));
  log = new EmbeddedLog({ directory, watch: new RecordingWatch() });
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: 1 })));
  late = [];
  gate = await log.read({
    group: GROUPS.scheduler,
    topics: [TOPICS.actions],
    handle: async ({ records }) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      for (const { key } of records) late.push(between(Number(Buffer.from(key!).toString()) as Instant, log.clock.now()));
    },
  });
});
afterEach(async () => {
  await gate.close();
  await log.close();
  await rm(directory, { recursive: true, force: true });
});

/** Decides an action at each of its times, as a task does some time after a tick, and tells the next. */
function makeTask(...lengths: readonly Duration[]): { nextDue: () => Instant | undefined; end: () => void } {
  const due = lengths.map((length) => plus(log.clock.now(), length));
  const timer = setInterval(() => {
    while (due[0] !== undefined && due[0] <= log.clock.now())
      void log.append([{ topic: TOPICS.actions, key: String(due.shift()), value: new Uint8Array() }]);
  }, 30);
  return { nextDue: () => due[0], end: () => clearInterval(timer) };
}

async function skip(length: Duration, ...times: readonly Duration[]): Promise<Duration> {
  const task = makeTask(...times);
  const began = log.clock.now();
  const came = await new SkipAhead({ log, clock: log.clock, nextDue: task.nextDue }).advance(length);
  task.end();
  return between(began, came);
}

describe('skipping ahead', () => {
  it('stops where something is due until the gate has seen it, and comes to where it was to go', async () => {
    const moved = await skip(days(1), hours(1), hours(5), seconds(5 * 3_600 + 10), hours(23));
    expect(moved).toBeGreaterThanOrEqual(days(1));
    expect(moved).toBeLessThan(days(1) + minutes(1));
    expect(late).toHaveLength(4);
    expect(Math.max(...late)).toBeLessThanOrEqual(minutes(6));
  });

  it('is one leap where nothing is due, and does not stop at what is due later', async () => {
    expect(await skip(hours(2), hours(3))).toBeGreaterThanOrEqual(hours(2));
    expect(late).toEqual([]);
  });

  it('leaps where something is held up for good', async () => {
    const stuck = plus(log.clock.now(), minutes(1));
    const ahead = new SkipAhead({ log, clock: log.clock, nextDue: () => stuck });
    const began = log.clock.now();
    expect(between(began, await ahead.advance(minutes(8)))).toBeGreaterThanOrEqual(minutes(8));
  }, 20_000);

  it('goes one call after the other', async () => {
    const ahead = new SkipAhead({ log, clock: log.clock, nextDue: () => undefined });
    const began = log.clock.now();
    const [first, second] = await Promise.all([ahead.advance(hours(1)), ahead.advance(hours(1))]);
    expect(between(began, first)).toBeLessThan(hours(2));
    expect(between(began, second)).toBeGreaterThanOrEqual(hours(2));
  });
});
