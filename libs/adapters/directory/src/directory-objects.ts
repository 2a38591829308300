import { mkdir, open, rmdir, unlink } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { assert, OperatingError } from '@tripline/kernel';
import { assertObjectName, assertObjectPrefix, isObjectName, SHELF_BYTES_MAX, type ObjectShelf } from '@tripline/ports';
import { syncFolder, writeDurably } from './durable-file.js';
import { codeOf, fileFailure } from './file-failure.js';
import { filesBelow, OBJECT } from './object-files.js';

/**
 * Objects as files below a folder, on this machine or on a volume that several share: `a/b` is the file `a/b+object`.
 * D1. A file of an object is whole: it is written under another name beside it, synced, and renamed.
 * D2. What a killed writer left is never listed, and taken away by a listing that comes by an hour later.
 * D3. A folder without objects is taken away with its last object, so that a name may be made anew at any time.
 */
class DirectoryObjects implements ObjectShelf {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  async put(name: string, bytes: Uint8Array): Promise<void> {
    const path = this.#pathOf(name);
    assert(bytes.length <= SHELF_BYTES_MAX, `an object has at most ${SHELF_BYTES_MAX} bytes: ${name}`);
    await this.#translated(`object ${name} could not be written`, () => writeDurably(this.#root, path, bytes));
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    const path = this.#pathOf(name);
    return this.#translated(`object ${name} could not be read`, () => orWhereNone(readBounded(path, name), undefined));
  }

  async list(prefix: string): Promise<readonly string[]> {
    assertObjectPrefix(prefix);
    const names = await this.#translated(`objects ${prefix}* could not be listed`, () => filesBelow(this.#root, prefix));
    return names.filter(isObjectName).toSorted();
  }

  async remove(name: string): Promise<void> {
    const path = this.#pathOf(name);
    await this.#translated(`object ${name} could not be removed`, async () => {
      await orWhereNone(unlink(path), undefined);
      await this.#prune(dirname(path));
    });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #pathOf(name: string): string {
    assertObjectName(name);
    return join(this.#root, `${name}${OBJECT}`);
  }

  /** D3. Ends at the first folder that holds something. */
  async #prune(folder: string): Promise<void> {
    for (let at = folder; at.length > this.#root.length; at = dirname(at)) if (!(await removedEmpty(at))) return syncFolder(at);
    await syncFolder(this.#root);
  }

  async #translated<T>(failure: string, work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw error instanceof OperatingError ? error : fileFailure(`${failure} in ${this.#root}`, error);
    }
  }
}

/** Objects as files in the folder `path`, which is made where there is none. Several processes may open one folder. Rejects as the port says. */
export async function openDirectoryObjects(path: string): Promise<ObjectShelf> {
  const root = resolve(path);
  try {
    await mkdir(root, { recursive: true });
  } catch (error) {
    throw fileFailure(`the folder for objects, ${root}, could not be made`, error);
  }
  return new DirectoryObjects(root);
}

async function readBounded(path: string, name: string): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    if (size > SHELF_BYTES_MAX)
      throw new OperatingError(
        'object-damaged',
        'never',
        `object ${name} is damaged: it has ${size} bytes, more than any that was put`,
      );
    return await file.readFile();
  } finally {
    await file.close();
  }
}

async function removedEmpty(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return true;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return true;
    if (code === 'ENOTEMPTY' || code === 'EEXIST' || code === 'EBUSY') return false;
    throw error;
  }
}

/** What `work` answers, or `none` where there is no such file. */
async function orWhereNone<T, N>(work: Promise<T>, none: N): Promise<T | N> {
  try {
    return await work;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return none;
    throw error;
  }
}
