import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { BATCH_BYTES_MAX } from '@tripline/services-collector';
import { BATCH_CALLS_MAX } from './import-run.js';
import { EXIT } from './output.js';
import { runProgram } from './program.js';

type Answer = { readonly status: number; readonly body: object };
let server: Server;
let url = '';
let folder = '';
/** What is answered, in turn; then that all is well. */
let answers: Answer[] = [];
const asked: { readonly line: string; readonly body: any; readonly bytes: number }[] = []; // eslint-disable-line @typescript-eslint/no-explicit-any
let open = 0;
let openMax = 0;

async function tripline(...args: string[]): Promise<{ code: number; err: string[] }> {
  const err: string[] = [];
  const code = await runProgram(args, () => ({ url, collectorUrl: url, writeKey: 'key', by: 'cli' }), {
    output: { out: () => undefined, err: (line) => void err.push(line) },
    interrupted: () => Promise.resolve(),
  });
  return { code, err };
}
async function file(name: string, lines: readonly string[]): Promise<string> {
  await writeFile(join(folder, name), lines.join('\n'));
  return join(folder, name);
}
const call = (userId: string, more: object = {}): string =>
  JSON.stringify({ event: 'order', userId, timestamp: '2026-01-01T00:00:00Z', ...more });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tripline-import-'));
  [answers, open, openMax] = [[], 0, 0];
  asked.length = 0;
  server = createServer((request, response) => {
    openMax = Math.max(openMax, ++open);
    void text(request).then((body) => {
      const line = `${request.method} ${request.url} ${request.headers.authorization ?? ''}`.trim();
      asked.push({ line, body: body === '' ? undefined : JSON.parse(body), bytes: Buffer.byteLength(body) });
      const { status, body: said } = answers.shift() ?? { status: 200, body: { success: true, begun: 7 } };
      open--;
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said));
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('tripline import', () => {
  it('sends calls as history, one bounded batch after the other', async () => {
    const many = Array.from({ length: 2_500 }, (_, i) => call(`u${i}`, { properties: { note: 'x'.repeat(i % 400) } }));
    const { code, err } = await tripline('import', await file('a.ndjson', many), await file('b.ndjson', [call('last')]));
    expect([code, err.at(-1)]).toEqual([EXIT.done, expect.stringMatching(/^2,501 events imported, 0 problems; /)]);
    expect(asked.flatMap(({ body }) => body.batch.map((each: { userId: string }) => each.userId))).toEqual(
      [...many.map((_, i) => `u${i}`), 'last'], // prettier-ignore
    );
    expect(asked.every(({ body }) => body.historical === true && body.batch.length <= BATCH_CALLS_MAX)).toBe(true);
    expect(Math.max(...asked.map(({ bytes }) => bytes))).toBeLessThanOrEqual(BATCH_BYTES_MAX);
    expect([openMax, asked[0]?.line]).toEqual([1, `POST /v1/import Basic ${Buffer.from('key:').toString('base64')}`]);
  });

  it('says of each call when it happened, as the clock of its source has to be corrected, and not by the time of the import', async () => {
    const skewed = {
      originalTimestamp: '2026-01-01T00:00:00Z',
      sentAt: '2026-01-01T00:00:10Z',
      receivedAt: '2026-01-01T01:00:00Z',
    };
    await tripline('import', await file('a.ndjson', [JSON.stringify({ event: 'a', userId: 'u', ...skewed })]));
    expect(asked[0]?.body.batch).toMatchObject([{ timestamp: '2026-01-01T00:59:50.000Z', sentAt: null }]);
  });

  it('names what it cannot read and what is refused by its line, goes on, and fails unless it is told to be lenient', async () => {
    const lines = [
      '{"event":',
      call('a'),
      call('null'),
      '',
      call('b'),
      '{"event":"x","userId":"c"}',
      call('d', { p: 'x'.repeat(40_000) }),
    ];
    const path = await file('a.ndjson', lines);
    const refused = { index: 1, field: 'userId', message: 'not today' };
    answers = [{ status: 200, body: { success: true, rejected: [refused] } }];
    const { code, err } = await tripline('import', path);
    expect(code).toBe(EXIT.refused);
    expect(err.slice(0, 5)).toEqual([
      `${path}:1  is not JSON`,
      `${path}:3  userId: "null" is a placeholder, not an id`,
      `${path}:6  timestamp: must be given, or receivedAt`,
      `${path}:7  larger than 32768 bytes`,
      `${path}:5  userId: not today`,
    ]);
    expect(err[5]).toMatch(/^1 event imported, 5 problems; /);
    expect((await tripline('import', path, '--lenient')).code).toBe(EXIT.done);
    const problems = [{ path: 'batch.0.userId', message: 'no' }, { path: 'batch.1', message: 'no' }]; // prettier-ignore
    answers = [{ status: 400, body: { error: { code: 'invalid', message: 'nothing was accepted', problems } } }];
    expect((await tripline('import', path)).err).toEqual(expect.arrayContaining([`${path}:2  userId: no`, `${path}:5  no`]));
  });

  it('tries again what may pass, the same; and stops at what does not', async () => {
    const path = await file('a.ndjson', [call('a')]);
    answers = [503, 429, 500].map((status) => ({ status, body: { error: { code: 'busy', message: 'later' } } }));
    expect((await tripline('import', path)).code).toBe(EXIT.done);
    expect(asked.map(({ body }) => body)).toEqual(Array.from({ length: 4 }, () => asked[0]?.body));
    answers = [{ status: 401, body: { error: { code: 'unknown-write-key', message: 'no source has this write key' } } }];
    expect(await tripline('import', path)).toEqual({ code: EXIT.refused, err: ['no source has this write key'] });
    expect((await tripline('import', join(folder, 'none'))).err).toEqual([`there is no ${join(folder, 'none')}`]);
    expect((await tripline('import', join(folder, 'none.csv'))).code).toBe(EXIT.refused);
  });

  it('says that history is complete only after all of it, by the mark of before', async () => {
    const path = await file('a.csv', [
      'event,userId,timestamp,properties.total',
      'order,a,2026-01-01T00:00:00Z,3',
      'order,b,soon,3',
    ]);
    const said = () => asked.map(({ line }) => line.split(' ', 2).join(' '));
    const from = ['--complete-from', '2025-01-01T00:00:00Z'];
    expect((await tripline('import', path, ...from)).err.at(-1)).toMatch(/^1 problem: .*not said that history is complete$/);
    expect(said()).toEqual(['POST /api/history/begin', 'POST /v1/import']);
    asked.length = 0;
    answers = [{ status: 503, body: { error: { code: 'history-waits', message: 'ask again' } } }];
    expect((await tripline('import', path, ...from, '--lenient')).code).toBe(EXIT.done);
    expect(said()).toEqual([
      ...Array.from({ length: 2 }, () => 'POST /api/history/begin'),
      'POST /v1/import',
      'POST /api/history',
    ]);
    expect(asked[2]?.body.batch).toMatchObject([{ event: 'order', userId: 'a', properties: { total: 3 } }]);
    expect(asked[3]?.body).toEqual({ completeFrom: '2025-01-01T00:00:00.000Z', begun: 7 });
  });
});
