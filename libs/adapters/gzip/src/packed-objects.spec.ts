import { describe, expect, test } from '@jest/globals';
import { MemoryObjectStore } from '@tripline/adapters-memory';
import { AssertionError, encodeUtf8 } from '@tripline/kernel';
import { OBJECT_BYTES_MAX, SHELF_BYTES_MAX } from '@tripline/ports';
import { noise } from '@tripline/testing-conformance';
import fc from 'fast-check';
import { packObjects } from './packed-objects.js';

const SLOW_MS = 60_000;
const TEXT = 'what a person did, and did not do; '.repeat(20);
const damaged = {
  name: 'OperatingError',
  code: 'object-damaged',
  retry: 'never',
  message: expect.stringMatching(/^object a is damaged: /),
};

/** A store, and the shelf below it as somebody else may write to it. */
async function holding(bytes: Uint8Array) {
  const shelf = new MemoryObjectStore();
  const store = packObjects(shelf);
  await store.put('a', bytes);
  return { shelf, store, packed: (await shelf.get('a'))! };
}

describe('packed objects', () => {
  test('are what was put, and smaller where they lie', async () => {
    const { store, packed } = await holding(encodeUtf8(TEXT));
    expect(new TextDecoder().decode(await store.get('a'))).toBe(TEXT);
    expect(packed.length).toBeLessThan(TEXT.length / 5);
  });

  test('are what was put, whatever that was', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), async (bytes) => {
        const { store } = await holding(bytes);
        expect([...(await store.get('a'))!]).toEqual([...bytes]);
      }),
      { numRuns: 200 },
    );
  });

  test('are listed and removed as those of the shelf; none is none', async () => {
    const { store } = await holding(new Uint8Array());
    expect([(await store.get('a'))?.length, await store.list('')]).toEqual([0, ['a']]);
    await store.remove('a');
    expect([await store.get('a'), await store.list('')]).toEqual([undefined, []]);
  });

  test(
    'may have as many bytes as an object has, even if they do not become fewer, and not one more',
    async () => {
      const most = noise(OBJECT_BYTES_MAX + 1);
      const { store, packed } = await holding(most.subarray(0, OBJECT_BYTES_MAX));
      expect(packed.length).toBeGreaterThan(OBJECT_BYTES_MAX);
      expect(packed.length).toBeLessThanOrEqual(SHELF_BYTES_MAX);
      expect(Buffer.compare((await store.get('a'))!, most.subarray(0, OBJECT_BYTES_MAX))).toBe(0);
      await expect(store.put('a', most)).rejects.toThrow(AssertionError);
    },
    SLOW_MS,
  );
});

describe('an object that was damaged', () => {
  test('by any one bit is an error, or the bytes that were put', async () => {
    const { shelf, store, packed } = await holding(encodeUtf8(TEXT));
    let told = 0;
    for (let bit = 0; bit < packed.length * 8; bit++) {
      const flipped = packed.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      await shelf.put('a', flipped);
      const read = await store.get('a').catch((error: unknown) => error);
      if (read instanceof Uint8Array) expect(new TextDecoder().decode(read)).toBe(TEXT);
      else expect(read).toMatchObject(damaged);
      if (!(read instanceof Uint8Array)) told++;
    }
    // The header says when and on what it was packed, which nobody reads; all else tells.
    expect(told).toBeGreaterThan((packed.length - 10) * 8);
  });

  test('by a cut anywhere is an error', async () => {
    const { shelf, store, packed } = await holding(encodeUtf8(TEXT));
    for (let length = 0; length < packed.length; length++) {
      await shelf.put('a', packed.subarray(0, length));
      await expect(store.get('a')).rejects.toMatchObject(damaged);
    }
  });

  test('by zeros over a block, or by being something else, is an error', async () => {
    const { shelf, store, packed } = await holding(noise(20_000));
    await shelf.put('a', packed.slice().fill(0, 4_096, 8_192));
    await expect(store.get('a')).rejects.toMatchObject(damaged);
    await shelf.put('a', encodeUtf8('{}'));
    await expect(store.get('a')).rejects.toMatchObject(damaged);
  });

  test(
    'by unpacking to more than an object has is an error, and does not fill the memory',
    async () => {
      const { gzipSync } = await import('node:zlib');
      const { shelf, store } = await holding(new Uint8Array());
      await shelf.put('a', gzipSync(new Uint8Array(OBJECT_BYTES_MAX + 1)));
      await expect(store.get('a')).rejects.toMatchObject(damaged);
    },
    SLOW_MS,
  );
});
