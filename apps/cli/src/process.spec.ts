import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const BIN = fileURLToPath(new URL('../bin/tripline.mjs', import.meta.url));
const TEST_MS = 60_000;

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-cli-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function tripline(...args: string[]): { readonly code: number | null; readonly out: string; readonly err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, out: stdout, err: stderr };
}

const TRIGGER = 'tripline/triggers/second-look.yaml';
/** Changes the starter's trigger. */
async function change(from: string, to: string): Promise<void> {
  const text = await readFile(join(folder, TRIGGER), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(folder, TRIGGER), text.replace(from, to));
}

describe('tripline init', () => {
  it(
    'writes what validate and test find nothing wrong with, and overwrites nothing',
    async () => {
      expect(tripline('init')).toMatchObject({ code: 0, err: '' });
      expect(tripline('validate', 'tripline')).toEqual({ code: 0, out: '2 documents: nothing wrong\n', err: '' });
      expect(tripline('test', 'tripline')).toMatchObject({ code: 0, out: expect.stringMatching(/all as expected\n$/) });
      await change('10m', '11m');
      expect(tripline('init')).toMatchObject({
        code: 1,
        out: '',
        err: expect.stringContaining('second-look.yaml is there already'),
      });
      expect(await readFile(join(folder, TRIGGER), 'utf8')).toContain('11m');
      await mkdir(join(folder, 'half/templates'), { recursive: true });
      await writeFile(join(folder, 'half/templates/second-look.yaml'), 'mine');
      expect(tripline('init', 'half').code).toBe(1);
      expect(existsSync(join(folder, 'half/triggers'))).toBe(false);
    },
    TEST_MS,
  );
});

describe('tripline test', () => {
  it(
    'says which example failed, what was expected and what came, to people and to machines',
    async () => {
      tripline('init');
      await change('expect: [{ at: 10m', 'expect: [{ at: 1h30m');
      const { code, out, err } = tripline('test', 'tripline', '--junit', 'out/report.xml');
      expect(code).toBe(1);
      expect(out).toContain('  FAIL  looks and leaves\n          expected  mail at 1h30m\n          got       mail at 10m\n');
      expect(err).toBe('2 examples of 1 trigger: 1 failed\n');
      expect(await readFile(join(folder, 'out/report.xml'), 'utf8')).toContain('tests="2" failures="1" errors="0"');
    },
    TEST_MS,
  );

  it(
    'fails where documents are wrong and where there is nothing to test, unless that is allowed',
    async () => {
      tripline('init');
      expect(tripline('test', 'tripline/templates')).toMatchObject({
        code: 1,
        err: expect.stringContaining('nothing was tested'),
      });
      expect(tripline('test', 'tripline/templates', '--allow-empty').code).toBe(0);
      await change('expires:', 'expire:');
      const { code, err } = tripline('test', 'tripline', '--allow-empty', '--junit', 'report.xml');
      expect([code, err]).toEqual([
        1,
        expect.stringMatching(/second-look\.yaml:13:5 {2}do\.0\.expire: unknown field: closest is "expires"/),
      ]);
      expect(await readFile(join(folder, 'report.xml'), 'utf8')).toContain('errors="1"');
    },
    TEST_MS,
  );

  it(
    'runs again when something changes, problems and all, until Ctrl-C',
    async () => {
      tripline('init');
      const child = spawn(process.execPath, [BIN, 'test', 'tripline', '--watch'], { cwd: folder });
      const seen = listen(child);
      await seen('all as expected');
      await change('expect: [{ at: 10m', 'expect: [{ at: 11m');
      await seen('expected  mail at 11m');
      await change('kind: trigger', 'kind: tigger');
      await seen('must be trigger, segment, template or settings');
      await change('kind: tigger', 'kind: trigger');
      await seen('1 failed');
      child.kill('SIGINT');
      expect(await once(child, 'exit')).toEqual([0, null]);
    },
    TEST_MS,
  );
});

/** Answers a function that waits for text the process has not said before the last it waited for. */
function listen(child: ChildProcess): (text: string) => Promise<void> {
  let said = '';
  let check = (): void => undefined;
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => ((said += data.toString()), check()));
  return async (text) => {
    await new Promise<void>((found, failed) => {
      child.once('exit', () => failed(new Error(`ended before it said ${text}: ${said}`)));
      check = () => said.includes(text) && said.includes('watching') && found();
      check();
    });
    said = '';
  };
}

describe('tripline replay', () => {
  const at = (minutes: number): string => new Date(Date.UTC(2026, 0, 1) + minutes * 60_000).toISOString();
  const viewed = (userId: string, minutes: number) =>
    JSON.stringify({
      messageId: `view-of-${userId}`,
      event: 'product.viewed',
      userId,
      timestamp: at(minutes),
      properties: { name: 'Lamp' },
    });
  const firing = (userId: string, minutes: number) =>
    `${JSON.stringify({ trigger: 'second-look', userId, firedAt: at(minutes), events: { product: `view-of-${userId}` }, step: 'mail' })}\n`;

  async function replay(lines: readonly string[], ...args: string[]) {
    tripline('init');
    await writeFile(join(folder, 'events.jsonl'), lines.join('\n'));
    return tripline('replay', '--trigger', TRIGGER, '--events', 'events.jsonl', ...args);
  }

  it(
    'writes firings to the standard output in the order of the clock, and everything else to the other',
    async () => {
      const { code, out, err } = await replay([viewed('bob', 5), viewed('ada', 0)]);
      expect([code, out]).toEqual([0, firing('ada', 10) + firing('bob', 15)]);
      expect(err).toMatch(/^2 events, put in order; 2 firings; [\d.]+ s \([\d,]+ events\/s\)\n$/);
      expect((await replay([viewed('bob', 5), viewed('ada', 0)], '--until', at(12))).out).toBe(firing('ada', 10));
    },
    TEST_MS,
  );

  it(
    'names bad lines, goes on, and fails unless it is told to be lenient',
    async () => {
      const lines = ['{"event":', viewed('ada', 0), viewed('null', 0)];
      const { code, out, err } = await replay(lines);
      expect([code, out]).toEqual([1, firing('ada', 10)]);
      expect(err).toContain('events.jsonl:1  is not JSON\nevents.jsonl:3  userId: "null" is a placeholder, not an id\n');
      expect(await replay(lines, '--lenient')).toMatchObject({ code: 0, out });
    },
    TEST_MS,
  );

  it(
    'tells a wrong command line from what cannot be done, and names it',
    async () => {
      expect(tripline('replay', '--events', 'x')).toMatchObject({ code: 2, err: expect.stringContaining('--trigger') });
      expect(await replay([], '--until', 'noon')).toMatchObject({ code: 2, err: expect.stringContaining('--until') });
      expect(tripline('replay', '--trigger', TRIGGER, '--events', 'none')).toMatchObject({ code: 1, err: 'there is no none\n' });
      const noTrigger = tripline('replay', '--trigger', 'tripline/templates', '--events', 'events.jsonl');
      expect(noTrigger).toMatchObject({ code: 1, err: 'there is no trigger in tripline/templates\n' });
      for (const command of ['test', 'replay', 'explain', 'why', 'validate', 'init', 'diff', 'get', 'apply'])
        expect(tripline(command, '--help')).toMatchObject({
          code: 0,
          out: expect.stringContaining(`Usage: tripline ${command}`),
        });
    },
    TEST_MS,
  );

  it(
    'reads the standard input',
    () => {
      tripline('init');
      const { stdout, status } = spawnSync(process.execPath, [BIN, 'replay', '--trigger', TRIGGER, '--events', '-'], {
        cwd: folder,
        encoding: 'utf8',
        input: viewed('ada', 0),
      });
      expect([status, stdout]).toEqual([0, firing('ada', 10)]);
    },
    TEST_MS,
  );
});
