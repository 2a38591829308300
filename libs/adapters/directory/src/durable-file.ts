import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { codeOf } from './file-failure.js';

/** What a file begins with that is still being written; no object's does. */
export const UNFINISHED = '+';
/** Somebody who removes the last object of a folder may take the folder away before the file is in it. */
const TRIES_MAX = 20;

/** Puts `bytes` at `path`, below `root`: all or nothing for whoever reads, and after a crash, too. Makes the folders. */
export async function writeDurably(root: string, path: string, bytes: Uint8Array): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await writeOnce(root, path, bytes);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === TRIES_MAX) throw error;
    }
  }
}

async function writeOnce(root: string, path: string, bytes: Uint8Array): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const unfinished = join(folder, `${UNFINISHED}${randomBytes(12).toString('hex')}`);
  try {
    await writeSynced(unfinished, bytes);
    await rename(unfinished, path);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw error;
  }
  // The folders on the way may be new, made by us or by another process that has not synced them yet.
  for (let at = folder; at.length >= root.length; at = dirname(at)) await syncFolder(at);
}

async function writeSynced(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names in `folder` durable. Some network file systems cannot be asked and do so by themselves; one that is gone has nothing to keep. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'ENOENT'].includes(codeOf(error) ?? '')) throw error;
  }
}
