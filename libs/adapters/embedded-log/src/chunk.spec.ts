import { expect, test } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import type { Entry } from '@tripline/ports';
import fc from 'fast-check';
import { appendedOf, countOf, decodeChunk, encodeChunk } from './chunk.js';

const entries: fc.Arbitrary<Entry[]> = fc.array(
  fc.record({
    topic: fc.constant('t'),
    key: fc.option(fc.string({ unit: 'grapheme' })),
    value: fc.uint8Array({ maxLength: 300 }),
    headers: fc.dictionary(
      fc.string({ minLength: 1, maxLength: 8 }).filter((n) => n !== '__proto__'),
      fc.string({ unit: 'grapheme' }),
    ),
  }),
  { minLength: 1, maxLength: 20 },
);

test('a chunk gives back what went in: keys, null or empty, values, headers, the one append time, offsets from its first', () => {
  fc.assert(
    fc.property(entries, fc.nat(), (list, first) => {
      const chunk = encodeChunk({ at: makeInstant(1_700_000_000_000), entries: list });
      const records = decodeChunk(chunk, 't', 3, first);
      expect(countOf(chunk)).toBe(list.length);
      expect(appendedOf(chunk)).toBe(1_700_000_000_000);
      expect(
        records.map((r) => [r.key === null ? null : [...r.key], [...r.value], { ...r.headers }, r.offset, r.appended]),
      ).toEqual(
        list.map((e, i) => [
          e.key === null ? null : [...encodeUtf8(e.key)],
          [...e.value],
          { ...e.headers },
          first + i,
          1_700_000_000_000,
        ]),
      );
    }),
  );
});

test('a chunk that was cut short is noticed', () => {
  const chunk = encodeChunk({ at: makeInstant(0), entries: [{ topic: 't', key: null, value: new Uint8Array(10) }] });
  expect(() => decodeChunk(chunk.subarray(0, -1), 't', 0, 0)).toThrow('a chunk ends with its last record');
});
