import { describe, expect, it } from '@jest/globals';
import { deriveId } from './ids.js';
import { partitionOf, murmur2 } from './murmur2.js';
import { encodeUtf8, parseUtf8 } from './text.js';

describe('deriveId', () => {
  it('never changes its format', () => {
    expect(deriveId('run', 'abandoned-cart', 'u:42', 'c1', 'm1')).toBe('run_g09jhec8v05kk1xb6w33qpzmb8');
  });

  it('keeps lists of parts apart that would read the same when joined', () => {
    expect(deriveId('run', 'ab', 'c')).not.toBe(deriveId('run', 'a', 'bc'));
    expect(deriveId('run', 'a')).not.toBe(deriveId('act', 'a'));
  });
});

describe('murmur2', () => {
  // From Apache Kafka's own UtilsTest.testMurmur2.
  it.each([
    ['21', -973932308],
    ['foobar', -790332482],
    ['a-little-bit-long-string', -985981536],
    ['a-little-bit-longer-string', -1486304829],
    ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ])('hashes %s as Kafka does', (text, hash) => {
    expect(murmur2(encodeUtf8(text))).toBe(hash);
    expect(partitionOf(encodeUtf8(text), 64)).toBe((hash & 0x7fffffff) % 64);
  });
});

describe('parseUtf8', () => {
  it('says undefined for bytes that are not UTF-8', () => {
    expect(parseUtf8(Uint8Array.of(0xff, 0xfe))).toBeUndefined();
    expect(parseUtf8(encodeUtf8('ä'))).toBe('ä');
  });
});
