import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Body, Controller, Get, Module, Param, Post } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { OperatingError } from '@tripline/kernel';
import type { EventLog } from '@tripline/ports';
import { ManualClock, RecordingWatch } from '@tripline/testing-builders';
import { RawBytes } from './body-reader.js';
import { HealthChecks } from './health-checks.js';
import { HealthModule } from './health.module.js';
import { makeHttpApp, openApp } from './http-app.js';
import { HttpProblem } from './http-problem.js';
import { PortsModule } from './ports.module.js';

@Controller('things')
class ThingsController {
  @Post()
  make(@Body() body: unknown): unknown {
    return { type: typeof body, body };
  }

  @Post('raw')
  @RawBytes()
  raw(@Body() body: Uint8Array | undefined): unknown {
    return { bytes: body?.length };
  }

  @Get('fail/:how')
  fail(@Param('how') how: string): never {
    if (how === 'later') throw new OperatingError('log-down', 'later', 'broker 10.0.0.7 is away');
    if (how === 'invalid') throw new HttpProblem(422, 'invalid', 'no', [{ path: 'name', message: 'is missing' }]);
    throw new Error('secret detail');
  }
}

const watch = new RecordingWatch();
const metrics = { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('up 1\n') };
const log = {} as EventLog;

@Module({
  imports: [PortsModule.register({ log, clock: new ManualClock(), watch, metrics }), HealthModule],
  controllers: [ThingsController],
})
class RootModule {}

let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  app = await makeHttpApp(RootModule, { bodyLimitBytes: 1_000 });
  url = await openApp(app, { port: 0, host: '127.0.0.1' });
});
afterAll(() => app.close());

const post = async (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) => {
  const response = await fetch(`${url}${path}`, { method: 'POST', body: body as string, headers });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const json = { 'content-type': 'application/json' };
const problem = (code: string) => ({ error: expect.objectContaining({ code, message: expect.any(String) }) });

describe('bodies', () => {
  it.each([
    ['JSON', json, '{"a":1}', { a: 1 }],
    ['text', { 'content-type': 'text/plain' }, 'kind: trigger', 'kind: trigger'],
    ['YAML', { 'content-type': 'application/yaml' }, 'kind: trigger', 'kind: trigger'],
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 'a=1&b=2', { a: '1', b: '2' }],
  ])('of %s are read', async (_name, headers, body, value) => {
    expect(await post('/things', body, headers)).toMatchObject({ status: 201, body: { body: value } });
  });

  it.each<[string, number, string, string | Uint8Array, Record<string, string>]>([
    ['malformed JSON', 400, 'malformed-json', '{"a":', json],
    ['bytes that are not UTF-8', 400, 'not-utf8', Uint8Array.of(0x22, 0xff, 0x22), json],
    ['another media type', 415, 'unsupported-media-type', '<a/>', { 'content-type': 'application/xml' }],
    ['a body past the limit', 413, 'too-large', `"${'x'.repeat(2_000)}"`, json],
    ['a bomb', 413, 'too-large', gzipSync('x'.repeat(100_000)), { ...json, 'content-encoding': 'gzip' }],
    ['what is not gzip', 400, 'malformed-encoding', 'plain', { ...json, 'content-encoding': 'gzip' }],
    ['an unknown encoding', 415, 'unsupported-encoding', 'x', { ...json, 'content-encoding': 'zstd' }],
    ['an encoding that only looks known', 415, 'unsupported-encoding', 'x', { ...json, 'content-encoding': 'toString' }],
  ])('refused: %s', async (_name, status, code, body, headers) => {
    expect(await post('/things', body, headers)).toEqual({ status, body: problem(code) });
  });

  it('are unpacked', async () => {
    const answer = await post('/things', gzipSync('{"a":1}'), { ...json, 'content-encoding': 'gzip' });
    expect(answer.body).toEqual({ type: 'object', body: { a: 1 } });
    const loud = await post('/things', gzipSync('{"a":1}'), { ...json, 'content-encoding': 'GZIP' });
    expect(loud.body).toEqual({ type: 'object', body: { a: 1 } });
  });

  it('reach a @RawBytes method as they came, whatever their type', async () => {
    expect((await post('/things/raw', '{"a":', json)).body).toEqual({ bytes: 5 });
    expect((await post('/things/raw', Uint8Array.of(1, 2, 255), { 'content-type': 'image/png' })).body).toEqual({ bytes: 3 });
  });
});

describe('refusals', () => {
  const get = async (path: string, method = 'GET') => {
    const response = await fetch(`${url}${path}`, { method });
    return { status: response.status, headers: response.headers, body: await response.json() };
  };

  it('of unknown addresses are 404, of other methods 405 with those allowed', async () => {
    expect(await get('/nowhere?x=1')).toMatchObject({ status: 404, body: problem('not-found') });
    const answer = await get('/things?x=1', 'PUT');
    expect(answer).toMatchObject({ status: 405, body: problem('method-not-allowed') });
    expect(answer.headers.get('allow')).toBe('POST');
  });

  it('are not made of a slash too many', async () => {
    expect((await post('/things/', '{"a":1}', json)).status).toBe(201);
  });

  it('of addresses that are none have the same shape; the longest id is no such', async () => {
    expect(await get('/things/fail/%zz')).toMatchObject({ status: 400, body: problem('bad-request') });
    expect(await get(`/things/fail/${'x'.repeat(3_000)}`)).toMatchObject({ status: 414, body: problem('url-too-long') });
    expect(await get(`/things/fail/${encodeURIComponent('€'.repeat(200))}`)).toMatchObject({ status: 500 });
  });

  it('of a passing reason are 503 and say when to come again, without telling what broke', async () => {
    const answer = await get('/things/fail/later');
    expect(answer).toMatchObject({ status: 503, body: problem('log-down') });
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(JSON.stringify(answer.body)).not.toContain('10.0.0.7');
  });

  it('carry the problems by field', async () => {
    const body = { error: { code: 'invalid', message: 'no', problems: [{ path: 'name', message: 'is missing' }] } };
    expect(await get('/things/fail/invalid')).toMatchObject({ status: 422, body });
  });

  it('of the unexpected are 500 without the reason, which is in the log', async () => {
    const answer = await get('/things/fail/else');
    expect(answer).toMatchObject({ status: 500, body: problem('internal') });
    expect(JSON.stringify(answer.body)).not.toContain('secret detail');
    expect(watch.lines).toContainEqual({
      level: 'error',
      name: 'http.failed',
      fields: expect.objectContaining({ route: '/things/fail/:how', error: expect.stringContaining('secret detail') }),
    });
  });
});

describe('health', () => {
  it('answers ok with its checks, then failing; live fails only when a restart helps', async () => {
    const status = async (path: string) => (await fetch(`${url}${path}`)).status;
    expect(await (await fetch(`${url}/health`)).json()).toEqual({ status: 'ok', checks: { log: { ok: true, groups: [] } } });
    let fatal = false;
    app.get(HealthChecks).add('tasks', () => ({ ok: false, fatal }));
    expect(await status('/health')).toBe(503);
    expect(await status('/health/live')).toBe(200);
    fatal = true;
    expect(await status('/health/live')).toBe(503);
  });

  it('gives the metrics', async () => {
    const response = await fetch(`${url}/metrics`);
    expect(await response.text()).toBe('up 1\n');
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
  });
});
