import type { Dirent } from 'node:fs';
import { readdir, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { UNFINISHED } from './durable-file.js';
import { codeOf } from './file-failure.js';

/** What the file of an object ends with; no folder does, so that `a` and `a/b` are two. */
export const OBJECT = '+object';
/** No write takes as long: whoever began the file is gone. */
const LEFTOVER_MS = 3_600_000;
const SEGMENT = /^[a-z0-9._-]+$/;

/** The names of the objects below `root` that begin with `prefix`, in no order. What is not ours is left alone and not seen. */
export async function filesBelow(root: string, prefix: string): Promise<string[]> {
  const names: string[] = [];
  const folders = [prefix.slice(0, prefix.lastIndexOf('/') + 1)];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop())
    for (const entry of await entriesOf(join(root, folder))) {
      const path = `${folder}${entry.name}`;
      if (entry.isDirectory()) {
        if (SEGMENT.test(entry.name) && meets(`${path}/`, prefix)) folders.push(`${path}/`);
      } else if (entry.name.startsWith(UNFINISHED)) await clearOld(join(root, path));
      else if (path.endsWith(OBJECT) && path.slice(0, -OBJECT.length).startsWith(prefix))
        names.push(path.slice(0, -OBJECT.length));
    }
  return names;
}

/** May names below `folder` begin with `prefix`? */
const meets = (folder: string, prefix: string): boolean => folder.startsWith(prefix) || prefix.startsWith(folder);

async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

/** A volume that says no does not keep anybody from listing. */
async function clearOld(file: string): Promise<void> {
  try {
    if (Date.now() - (await stat(file)).mtimeMs > LEFTOVER_MS) await unlink(file);
  } catch {
    return;
  }
}
