import { mkdirSync, rmSync, statSync } from 'node:fs';

const LOCK_STALE_MS = 300_000;
const LOCK_LOOK_MS = 200;

/** Test processes run side by side: one brings what is missing, the others wait for it. `lock` is a folder that is there meanwhile. */
export function underLock<T>(lock: string, work: () => T): T {
  while (!taken(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_LOOK_MS);
  try {
    return work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function taken(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    if (ageOf(lock) > LOCK_STALE_MS) rmSync(lock, { recursive: true, force: true });
    return false;
  }
}

function ageOf(lock: string): number {
  try {
    return Date.now() - statSync(lock).mtimeMs;
  } catch {
    return 0;
  }
}
