import { createRequire } from 'node:module';
import { expect, test } from '@jest/globals';
import { unsnappy } from './codecs.js';

const snappy = createRequire(import.meta.url)('snappyjs') as { compress(bytes: Uint8Array): Uint8Array };
const TEXT = Buffer.from('{"event":"cart.item_added","event":"cart.item_removed"}'.repeat(50));

/** As snappy-java writes: its magic, two versions, then blocks with their length. */
function xerial(blocks: readonly Buffer[]): Buffer {
  const head = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
  const framed = blocks.flatMap((block) => {
    const bytes = Buffer.from(snappy.compress(block));
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return [length, bytes];
  });
  return Buffer.concat([head, ...framed]);
}

test('reads snappy as one raw block, and in the frames of Java’s client', () => {
  expect(Buffer.from(unsnappy(Buffer.from(snappy.compress(TEXT)))).equals(TEXT)).toBe(true);
  expect(Buffer.from(unsnappy(xerial([TEXT.subarray(0, 1_000), TEXT.subarray(1_000)]))).equals(TEXT)).toBe(true);
  expect(unsnappy(xerial([]))).toHaveLength(0);
});

test('refuses what would inflate past the limit instead of inflating it', () => {
  const lies = Buffer.from([0xff, 0xff, 0xff, 0xff, 0x07, 0x00]);
  expect(() => unsnappy(lies)).toThrow();
});
