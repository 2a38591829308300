import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { LmdbStateStore } from './lmdb-state-store.js';

const WRITER = join(import.meta.dirname, '../test/full-disk.mjs');
/** In blocks of 512 bytes or of a kilobyte, as the shell has it: room for one commit or two. */
const FILE_BLOCKS = 4_000;

describe('a disk that is full', () => {
  let dir: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'tripline-full-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  test('fails commits with words and ends no process; what was committed before is whole, and it goes on once there is room', async () => {
    const script = `ulimit -f ${FILE_BLOCKS}; exec "$0" "$@"`;
    const { stdout } = await promisify(execFile)('sh', ['-c', script, process.execPath, WRITER, dir, '12']);
    const became = stdout.trim().split('\n');
    expect(became).toHaveLength(12);
    const written = became.filter((line) => line.endsWith('written')).length;
    expect(written).toBeLessThan(12);
    expect(became[written]).toMatch(/OperatingError state-store later a checkpoint could not be written: .*error/);
    expect(became.slice(written).every((line) => line.includes('OperatingError'))).toBe(true);
    const task = await new LmdbStateStore(dir).open(0);
    expect(task.checkpoint()).toEqual({ next: written, clock: written });
    expect([task.person(`u:${written}-299`)?.length, task.person(`u:${written + 1}-0`)]).toEqual([2_000, undefined]);
    await task.close();
    await promisify(execFile)(process.execPath, [WRITER, dir, '12']);
    const again = await new LmdbStateStore(dir).open(0);
    expect(again.checkpoint()?.next).toBe(12);
    await again.close();
  });

  test('a folder that cannot be made is told with the reason', async () => {
    await writeFile(join(dir, 'file'), '');
    await expect(new LmdbStateStore(join(dir, 'file')).open(0)).rejects.toMatchObject({
      code: 'state-store',
      retry: 'later',
      message: expect.stringMatching(/state of task 0 cannot be opened: .*E[A-Z]+.*file/),
    });
  });
});
