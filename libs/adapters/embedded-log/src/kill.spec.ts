import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeUtf8 } from '@tripline/kernel';
import { RecordingWatch } from '@tripline/testing-builders';
import { EmbeddedLog } from './embedded-log.js';

const LIB = join(import.meta.dirname, '..');
const BUILT = join(LIB, '.cache/dist');
const TSC = join(LIB, '../../../node_modules/typescript7/bin/tsc');

describe('a process killed while it appends', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'tripline-kill-'));
    execFileSync(process.execPath, [TSC, '-p', join(LIB, 'tsconfig.build.json'), '--outDir', BUILT]);
  }, 60_000);
  afterAll(() => rmSync(directory, { recursive: true }));

  /** Kills the writer when it has told of `appends` more, while the next is under way; answers the last end it was told is durable. */
  async function killAfter(appends: number): Promise<number> {
    const args = [join(LIB, 'test/writer.mjs'), join(BUILT, 'index.js'), directory];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = once(child, 'exit');
    let told = 0;
    let left = appends;
    for await (const line of createInterface(child.stdout)) {
      told = Number(line);
      if (--left === 0) child.kill('SIGKILL');
    }
    expect(await ended).toEqual([null, 'SIGKILL']);
    return told;
  }

  test.each([1, 3, 20])(
    'leaves a log that has all it acknowledged, whole batches only, and a clock that went on: %i appends on',
    async (appends) => {
      const told = await killAfter(appends);
      const log = new EmbeddedLog({ directory, watch: new RecordingWatch() });
      const [zero, one] = await log.bounds('t');
      expect(zero!.end).toBeGreaterThanOrEqual(told);
      expect([zero!.end % 100, one!.end]).toEqual([0, zero!.end]);
      const records = await log.fetch('t', 1, 0, 1_000_000);
      expect(records.map((r) => Number(decodeUtf8(r.value)))).toEqual(records.map((_, i) => i));
      expect(records).toHaveLength(one!.end);
      expect(log.clock.ahead).toBeGreaterThanOrEqual(60_000);
      expect(log.clock.now()).toBeGreaterThanOrEqual(records.at(-1)!.appended);
      await log.close();
    },
    60_000,
  );
});
