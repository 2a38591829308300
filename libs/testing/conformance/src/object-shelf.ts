import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { AssertionError, encodeUtf8 } from '@tripline/kernel';
import { SHELF_BYTES_MAX, type ObjectShelf } from '@tripline/ports';

/** An empty place where objects lie; `shelf` opens the adapter over it anew, as another process would. */
export type ObjectShelfPlace = { shelf(): ObjectShelf; close(): Promise<void> };

/** More than S3 names in one answer. */
const MANY = 1_001;
const AT_ONCE = 20;
const SLOW_MS = 120_000;
/** In the order of their bytes, which is not that of words. */
const NAMES = ['.a', 'a', 'a-b', 'a.b', 'a/-', 'a/b', 'a/b/c', 'a/b_c', 'a0', 'a_b', 'ab', 'b/a..', 'b/...'];
const sorted = (names: readonly string[]): string[] => names.toSorted((a, b) => (a < b ? -1 : 1));

const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : new TextDecoder().decode(bytes);
/** Bytes that no packing makes smaller, the same for the same `seed`. */
export function noise(length: number, seed = 1): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0, x = seed; i < words.length; i++) {
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    words[i] = x;
  }
  return new Uint8Array(words.buffer, 0, length);
}
/** What jest's own comparison of arrays takes seconds for. */
function same(a: Uint8Array | undefined, b: Uint8Array): boolean {
  return a !== undefined && a.length === b.length && a.every((byte, i) => byte === b[i]);
}

class ShelfRig {
  place!: ObjectShelfPlace;
  shelf!: ObjectShelf;
  other!: ObjectShelf;

  constructor(open: () => Promise<ObjectShelfPlace>) {
    beforeEach(async () => {
      this.place = await open();
      this.shelf = this.place.shelf();
      this.other = this.place.shelf();
    });
    afterEach(async () => {
      await this.shelf.close();
      await this.other.close();
      await this.place.close();
    }, SLOW_MS);
  }

  put = (name: string, text = name): Promise<void> => this.shelf.put(name, encodeUtf8(text));
}

/** Every promise of the `ObjectShelf` port, for an adapter to keep. A store is a shelf, too. */
export function describeObjectShelf(name: string, open: () => Promise<ObjectShelfPlace>): void {
  describe(`a shelf of objects: ${name}`, () => {
    const rig = new ShelfRig(open);
    describe('one object', () => objectPromises(rig));
    describe('names', () => namePromises(rig));
    describe('two processes', () => sharingPromises(rig));
  });
}

function objectPromises(rig: ShelfRig): void {
  test('is read as it was put', async () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    await rig.shelf.put('a/b', bytes);
    const read = await rig.shelf.get('a/b');
    expect(read && [...read]).toEqual([...bytes]);
  });

  test('may be empty, which is not none', async () => {
    await rig.shelf.put('empty', new Uint8Array());
    expect((await rig.shelf.get('empty'))?.length).toBe(0);
    expect(await rig.shelf.get('none')).toBeUndefined();
    expect(await rig.shelf.list('')).toEqual(['empty']);
  });

  test('is a part of a greater array where that was given', async () => {
    await rig.shelf.put('part', encodeUtf8('abcdef').subarray(2, 4));
    expect(textOf(await rig.shelf.get('part'))).toBe('cd');
  });

  test('is replaced by a longer and by a shorter one', async () => {
    for (const text of ['one', 'much longer than before', 'x']) {
      await rig.put('a', text);
      expect(textOf(await rig.shelf.get('a'))).toBe(text);
    }
    expect(await rig.shelf.list('')).toEqual(['a']);
  });

  test('does not change with the bytes it was made of, nor with those it was read into', async () => {
    const bytes = encodeUtf8('as it was');
    await rig.shelf.put('a', bytes);
    bytes.fill(0);
    (await rig.shelf.get('a'))?.fill(0);
    expect(textOf(await rig.shelf.get('a'))).toBe('as it was');
  });

  test('is gone when removed; one that is not there may be removed, too', async () => {
    await rig.put('a');
    await rig.shelf.remove('a');
    await rig.shelf.remove('a');
    await rig.shelf.remove('never/was');
    expect(await rig.shelf.get('a')).toBeUndefined();
    expect(await rig.shelf.list('')).toEqual([]);
    await rig.put('a', 'again');
    expect(textOf(await rig.shelf.get('a'))).toBe('again');
  });

  test(
    'may have as many bytes as a shelf takes, and not one more',
    async () => {
      const bytes = noise(SHELF_BYTES_MAX + 1);
      await expect(rig.shelf.put('a', bytes)).rejects.toThrow(AssertionError);
      expect(await rig.shelf.get('a')).toBeUndefined();
      const most = bytes.subarray(0, SHELF_BYTES_MAX);
      await rig.shelf.put('a', most);
      expect(same(await rig.shelf.get('a'), most)).toBe(true);
    },
    SLOW_MS,
  );
}

function namePromises(rig: ShelfRig): void {
  test('are listed in the order of their bytes; one may be the beginning or the folder of another', async () => {
    for (const name of NAMES.toReversed()) await rig.put(name);
    expect(await rig.shelf.list('')).toEqual(sorted(NAMES));
    for (const name of NAMES) expect(textOf(await rig.shelf.get(name))).toBe(name);
  });

  test('are listed by what they begin with, within a segment, too', async () => {
    for (const name of NAMES) await rig.put(name);
    for (const prefix of ['a', 'a/', 'a/b', 'a/b/', 'a.', '.', 'b/.', 'b/a..', 'c', 'a/b/c/', 'ab/'])
      expect([prefix, await rig.shelf.list(prefix)]).toEqual([prefix, sorted(NAMES.filter((name) => name.startsWith(prefix)))]);
  });

  test('are not taken away with those around them', async () => {
    for (const name of NAMES) await rig.put(name);
    const gone = ['a', 'a/b/c', 'b/...'];
    for (const name of gone) await rig.shelf.remove(name);
    expect(await rig.shelf.list('')).toEqual(sorted(NAMES.filter((name) => !gone.includes(name))));
    await rig.shelf.remove('a/b');
    expect(textOf(await rig.shelf.get('a/b_c'))).toBe('a/b_c');
  });

  test('may be as long as they are allowed to be', async () => {
    const longest = `${'a'.repeat(200)}/${'b'.repeat(200)}/${'c'.repeat(98)}`;
    await rig.put(longest, 'far down');
    expect(await rig.shelf.list('a')).toEqual([longest]);
    expect(textOf(await rig.shelf.get(longest))).toBe('far down');
  });

  test.each(['', '/a', 'a/../b', 'A', 'a b', 'a'.repeat(201)])('are refused where they are none: %j', async (name) => {
    const { shelf } = rig;
    for (const call of [() => shelf.put(name, new Uint8Array()), () => shelf.get(name), () => shelf.remove(name)])
      await expect(call()).rejects.toThrow(AssertionError);
    await expect(shelf.list(`${name} `)).rejects.toThrow(AssertionError);
  });

  test(
    'are all listed, however many there are',
    async () => {
      const names = Array.from({ length: MANY }, (_, i) => `many/${String(i * 7_919).padStart(8, '0')}`);
      for (let at = 0; at < MANY; at += AT_ONCE)
        await Promise.all(names.slice(at, at + AT_ONCE).map((name) => rig.put(name, '')));
      await rig.put('n');
      expect(await rig.shelf.list('many/')).toEqual(sorted(names));
      expect(await rig.shelf.list('')).toHaveLength(MANY + 1);
    },
    SLOW_MS,
  );
}

function sharingPromises(rig: ShelfRig): void {
  test('see what the other has put, replaced and removed', async () => {
    await rig.put('a', 'one');
    expect(textOf(await rig.other.get('a'))).toBe('one');
    await rig.other.put('a', encodeUtf8('two'));
    expect(textOf(await rig.shelf.get('a'))).toBe('two');
    await rig.shelf.remove('a');
    expect([await rig.other.get('a'), await rig.other.list('')]).toEqual([undefined, []]);
  });

  test('who put the same name at once leave the whole of one of them, and never show a part', async () => {
    const ours = noise(300_000, 1);
    const theirs = noise(200_000, 2);
    await rig.shelf.put('a', ours);
    for (let round = 0; round < 10; round++) {
      const puts = Promise.all([rig.shelf.put('a', ours), rig.other.put('a', theirs)]);
      const seen = await Promise.all([rig.other.get('a'), rig.shelf.get('a')]);
      await puts;
      for (const bytes of [...seen, await rig.shelf.get('a')]) expect(same(bytes, ours) || same(bytes, theirs)).toBe(true);
      expect(await rig.other.list('')).toEqual(['a']);
    }
  });

  test('may put and remove side by side, in folders that come and go', async () => {
    const busy = async (shelf: ObjectShelf, mine: string): Promise<void> => {
      for (let i = 0; i < 30; i++) {
        await shelf.put(`deep/er/${mine}`, encodeUtf8(mine));
        await shelf.remove(`deep/er/${mine}`);
      }
      await shelf.put(`deep/er/${mine}`, encodeUtf8('last'));
    };
    await Promise.all([busy(rig.shelf, 'x'), busy(rig.other, 'y')]);
    expect(await rig.shelf.list('')).toEqual(['deep/er/x', 'deep/er/y']);
  });
}
