import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import { LmdbStateStore } from './lmdb-state-store.js';

const PEOPLE = 3_000;
const WRITER = join(import.meta.dirname, '../test/writer.mjs');

describe('a process killed while it commits', () => {
  let dir: string;
  beforeAll(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tripline-kill-'));
  });
  afterAll(() => rm(dir, { recursive: true }));

  /** Kills the writer `commits` commits on, while the next is under way; answers the last it was told to be durable. */
  async function killAfter(commits: number): Promise<number> {
    const child = spawn(process.execPath, [WRITER, dir, String(PEOPLE)], { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let told = 0;
    let left = commits;
    for await (const line of createInterface(child.stdout)) {
      told = Number(line);
      if (--left === 0) child.kill('SIGKILL');
    }
    expect(await ended).toEqual([null, 'SIGKILL']);
    return told;
  }

  test.each([1, 2, 3, 5, 8])('loses nothing acknowledged and tears nothing: %i commits on', async (commits) => {
    const told = await killAfter(commits);
    const task = await new LmdbStateStore(dir).open(0);
    const next = task.checkpoint()?.next ?? 0;
    expect(next).toBeGreaterThanOrEqual(told);
    const seen = new Set(Array.from({ length: PEOPLE }, (_, i) => new TextDecoder().decode(task.person(`u:${i}`))));
    expect([...seen]).toEqual([String(next)]);
    expect(task.timers(makeInstant(1e12), 10).map(({ due }) => due)).toEqual([next]);
    await task.close();
  });
});
