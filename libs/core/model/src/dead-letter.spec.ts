import { describe, expect, it } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import { LETTER_BYTES_MAX, makeDeadLetters } from './dead-letter.js';

const aside = {
  value: encodeUtf8('{"a":'),
  reason: 'not-json',
  detail: 'the value is not JSON',
  source: 'tripline.ingest/3/17',
  received: makeInstant(0),
} as const;

describe('a dead letter', () => {
  it('keeps the bytes, and says why, whence and when', () => {
    const headers = {
      reason: 'not-json',
      detail: 'the value is not JSON',
      received: '1970-01-01T00:00:00.000Z',
      source: aside.source,
    };
    expect(makeDeadLetters(aside)).toEqual([{ topic: 'tripline.dead-letters', key: aside.source, value: aside.value, headers }]);
    expect(makeDeadLetters({ ...aside, key: encodeUtf8('u:ada') })).toMatchObject([{ key: 'u:ada' }]);
  });

  it('of what is large keeps all of it, in parts that a log takes', () => {
    const value = Uint8Array.from({ length: 2 * LETTER_BYTES_MAX + 1 }, (_, i) => i % 251);
    const parts = makeDeadLetters({ ...aside, value });
    expect(parts.map(({ headers }) => headers.part)).toEqual(['1/3', '2/3', '3/3']);
    expect(new Set(parts.map(({ key }) => key)).size).toBe(1);
    expect(Buffer.concat(parts.map((part) => part.value)).equals(value)).toBe(true);
    expect(makeDeadLetters({ ...aside, value: value.slice(0, LETTER_BYTES_MAX) })).toHaveLength(1);
  });

  it('of nothing at all is one too', () => {
    expect(makeDeadLetters({ ...aside, value: new Uint8Array() })).toHaveLength(1);
  });

  it('does not say more than fits, nor hold on to what it was made of', () => {
    const value = encodeUtf8('abc');
    const [letter] = makeDeadLetters({ ...aside, value, detail: 'x'.repeat(10_000) });
    value.fill(0);
    expect(letter?.headers.detail).toHaveLength(500);
    expect(letter?.value).toEqual(encodeUtf8('abc'));
  });
});
