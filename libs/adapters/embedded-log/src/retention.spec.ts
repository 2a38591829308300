import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { encodeUtf8, hours } from '@tripline/kernel';
import { RecordingWatch } from '@tripline/testing-builders';
import { EmbeddedLog } from './embedded-log.js';

let directory: string;
let log: EmbeddedLog;
const open = (): EmbeddedLog => new EmbeddedLog({ directory, watch: new RecordingWatch() });
const append = (topic: string, count: number) =>
  log.append(Array.from({ length: count }, () => ({ topic, key: null, value: encodeUtf8('x'), partition: 0 })));

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tripline-retention-'));
  log = open();
  await log.ensureTopics([{ name: 'short', partitions: 1, retention: hours(1) }, { name: 'kept', partitions: 1 }]); // prettier-ignore
});
afterEach(async () => {
  await log.close();
  rmSync(directory, { recursive: true });
});

test('takes away what is past its topic’s retention, and keeps offsets going, also after a restart', async () => {
  await append('short', 3);
  await append('kept', 3);
  await log.clock.advance(hours(2));
  await append('short', 2);
  await log.trim();
  expect(await log.bounds('short')).toEqual([{ partition: 0, first: 3, end: 5 }]);
  expect(await log.bounds('kept')).toEqual([{ partition: 0, first: 0, end: 3 }]);
  await log.clock.advance(hours(2));
  await log.trim();
  await log.close();
  log = open();
  expect(await log.bounds('short')).toEqual([{ partition: 0, first: 5, end: 5 }]);
  expect((await append('short', 1))[0]!.offset).toBe(5);
});

test('never takes what a group that has ever committed has still to read, however far the clock was moved', async () => {
  await append('short', 3);
  const reading = await log.read({ group: 'g', topics: ['short'], handle: () => Promise.resolve() });
  while ((await log.committed('g', 'short')).get(0) !== 3) await new Promise(setImmediate);
  await reading.close();
  await append('short', 2);
  await log.clock.advance(hours(1_000));
  await log.trim();
  expect(await log.bounds('short')).toEqual([{ partition: 0, first: 3, end: 5 }]);
});

test('a fetch from before the first record answers from the first that is there', async () => {
  await append('short', 3);
  await log.clock.advance(hours(2));
  await append('short', 1);
  await log.trim();
  expect((await log.fetch('short', 0, 0, 10)).map((r) => r.offset)).toEqual([3]);
});

test('a second writer of the same directory is refused, and a dead one’s lock is not in the way', async () => {
  expect(open).toThrow(expect.objectContaining({ code: 'log-in-use', retry: 'never' }));
  await log.close();
  log = open();
});
