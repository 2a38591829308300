import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeUtf8 } from '@tripline/kernel';
import { SHELF_BYTES_MAX, type ObjectShelf } from '@tripline/ports';
import { describeObjectShelf } from '@tripline/testing-conformance';
import { openDirectoryObjects } from './directory-objects.js';

const makeFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'tripline-objects-'));

describeObjectShelf('directory', async () => {
  const folder = await makeFolder();
  // Two that are open at once, as two processes would have them.
  const shelves = await Promise.all([openDirectoryObjects(folder), openDirectoryObjects(folder)]);
  let next = 0;
  return { shelf: () => shelves[next++ % 2]!, close: () => rm(folder, { recursive: true }) };
});

describe('a directory of objects', () => {
  let folder: string;
  let shelf: ObjectShelf;
  beforeEach(async () => {
    folder = await makeFolder();
    shelf = await openDirectoryObjects(folder);
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const filesIn = async (path: string): Promise<string[]> => (await readdir(join(folder, path))).toSorted();
  /** A file that a killed writer left, `ageMs` ago. */
  async function leave(path: string, ageMs: number): Promise<void> {
    await writeFile(join(folder, path), 'half');
    const at = (Date.now() - ageMs) / 1_000;
    await utimes(join(folder, path), at, at);
  }

  test('lists no leftovers of a killed writer, and clears away those that are an hour old', async () => {
    await shelf.put('a/b', encodeUtf8('whole'));
    await leave('a/+old', 3_601_000);
    await leave('a/+young', 3_500_000);
    await leave('a/+ended+object', 3_500_000);
    expect(await shelf.list('')).toEqual(['a/b']);
    expect(await filesIn('a')).toEqual(['+ended+object', '+young', 'b+object']);
  });

  test('keeps nothing half-written: a put that fails leaves what was there, and no file beside it', async () => {
    await shelf.put('a', encodeUtf8('before'));
    await rm(join(folder, 'a+object'));
    await mkdir(join(folder, 'a+object/full'), { recursive: true });
    await expect(shelf.put('a', encodeUtf8('after'))).rejects.toMatchObject({ code: 'object-store', retry: 'never' });
    expect(await filesIn('')).toEqual(['a+object']);
  });

  test('sees nothing of what is not its own', async () => {
    await mkdir(join(folder, 'lost+found'));
    await mkdir(join(folder, 'a'));
    for (const path of ['notes.txt', 'a/.nfs0001', 'lost+found/b+object']) await writeFile(join(folder, path), '');
    expect(await shelf.list('')).toEqual([]);
    await shelf.put('a/b', new Uint8Array());
    await shelf.remove('a/b');
    expect(await filesIn('a')).toEqual(['.nfs0001']);
  });

  test('takes folders away with their last object, and never its own', async () => {
    await shelf.put('a/b/c', new Uint8Array());
    await shelf.remove('a/b/c');
    expect(await filesIn('')).toEqual([]);
    await shelf.put('a', new Uint8Array());
    expect(await shelf.list('')).toEqual(['a']);
  });

  test('reads no file that is longer than any object', async () => {
    await shelf.put('a', new Uint8Array());
    await truncate(join(folder, 'a+object'), SHELF_BYTES_MAX + 1);
    await expect(shelf.get('a')).rejects.toMatchObject({ code: 'object-damaged', retry: 'never' });
  });

  test('makes its folder; a place where there can be none is told with the reason and what to do', async () => {
    await openDirectoryObjects(join(folder, 'x/y'));
    expect(await filesIn('x')).toEqual(['y']);
    await writeFile(join(folder, 'file'), '');
    await expect(openDirectoryObjects(join(folder, 'file/y'))).rejects.toMatchObject({
      code: 'object-store',
      retry: 'never',
      message: expect.stringMatching(/folder for objects.*file\/y.*ENOTDIR.*give another path/),
    });
  });

  test('shows a whole object and no other name while writers are killed', async () => {
    const writer = join(import.meta.dirname, '../test/writer.mjs');
    for (let round = 0; round < 6; round++) {
      const child = spawn(process.execPath, [writer, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      await new Promise((resolve) => child.stdout.once('data', resolve));
      for (let read = 0; read < 10 + round; read++) {
        const bytes = (await shelf.get('a/busy'))!;
        expect(bytes.length).toBe(2_000_000);
        expect(bytes.every((byte) => byte === bytes[0])).toBe(true);
      }
      child.kill('SIGKILL');
      await ended;
      expect(await shelf.list('')).toEqual(['a/busy']);
    }
  }, 60_000);
});
