import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { encodeUtf8 } from '@tripline/kernel';
import { ALL_TOPICS, LETTER_BYTES_MAX, TOPICS } from '@tripline/model';
import { RecordingWatch } from '@tripline/testing-builders';
import fc from 'fast-check';
import { encodeBase64, LETTERS_MAX, newestDeadLetters, SHOWN_BYTES_MAX } from './dead-letters.js';

it('writes bytes as anybody else would', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 99 }), (bytes) => encodeBase64(bytes) === Buffer.from(bytes).toString('base64')),
  );
});

it('shows the newest of all partitions, no more than asked for and no more than can be shown', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'tripline-dead-letters-'));
  const log = new EmbeddedLog({ directory, watch: new RecordingWatch() });
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: 2 })));
  expect(await newestDeadLetters(log, 9)).toEqual([]);
  const topic = TOPICS.deadLetters;
  const letter = (i: number): Promise<unknown> =>
    log.append([{ topic, key: null, partition: i % 2, value: encodeUtf8(`letter ${i}`), headers: { reason: 'too-large' } }]);
  for (let i = 0; i < 6; i++) {
    await letter(i);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
  expect((await newestDeadLetters(log, 3)).map(({ text }) => text)).toEqual(['letter 5', 'letter 4', 'letter 3']);
  await log.append(Array.from({ length: LETTERS_MAX }, () => ({ topic, key: null, partition: 0, value: encodeUtf8('more') })));
  expect(await newestDeadLetters(log, 1e9)).toHaveLength(LETTERS_MAX);
  await log.append([{ topic, key: null, value: new Uint8Array(SHOWN_BYTES_MAX + 1).fill(65), headers: { part: '1/2' } }]);
  const [large] = await newestDeadLetters(log, 1);
  expect(large).toMatchObject({ part: '1/2', bytes: SHOWN_BYTES_MAX + 1, text: 'A'.repeat(SHOWN_BYTES_MAX) });
  const value = new Uint8Array(LETTER_BYTES_MAX).fill(65);
  for (let i = 0; i < 40; i++) await log.append([{ topic, key: null, partition: 1, value, headers: { detail: String(i) } }]);
  const details = (await newestDeadLetters(log, 40)).map(({ detail }) => Number(detail));
  expect(details).toEqual(Array.from({ length: 40 }, (_, i) => 39 - i));
  const nested = (depth: number): Uint8Array => encodeUtf8(`{"p":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  await log.append([63, 15_000].map((depth) => ({ topic, key: null, partition: 0, value: nested(depth) })));
  const letters = await newestDeadLetters(log, 2);
  expect(letters.map(({ json }) => json !== undefined)).toEqual([false, true]);
  expect(() => JSON.stringify(letters)).not.toThrow();
  await log.close();
  await rm(directory, { recursive: true, force: true });
});
