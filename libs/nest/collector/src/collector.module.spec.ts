import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { Analytics } from '@segment/analytics-node';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { decodeUtf8, deriveId, encodeUtf8, OperatingError } from '@tripline/kernel';
import { ALL_TOPICS, parseTaskInput, TOPICS, type Event } from '@tripline/model';
import { HealthModule, makeHttpApp, openApp, PortsModule } from '@tripline/nest-kit';
import type { LogRecord } from '@tripline/ports';
import { makeReceipt, RecordingWatch } from '@tripline/testing-builders';
import { CollectorModule } from './collector.module.js';

const directory = mkdtempSync(join(tmpdir(), 'tripline-collector-'));
const watch = new RecordingWatch();
const log = new EmbeddedLog({ directory, watch });
const PARTITIONS = 2;

@Module({
  imports: [
    PortsModule.register({ log, clock: log.clock, watch }),
    HealthModule,
    CollectorModule.register({ writeKeys: { demo: 'shop' } }),
  ],
})
class RootModule {}

let app: NestFastifyApplication;
let url: string;
beforeAll(async () => {
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: PARTITIONS })));
  app = await makeHttpApp(RootModule);
  url = await openApp(app, { port: 0, host: '127.0.0.1' });
});
afterEach(() => void jest.restoreAllMocks());
afterAll(async () => {
  await app.close();
  await log.close();
  rmSync(directory, { recursive: true });
});

async function recordsOf(topic: string): Promise<readonly LogRecord[]> {
  const parts = await Promise.all([0, 1].map((partition) => log.fetch(topic, partition, 0, 10_000)));
  return parts.flat();
}
const events = async (): Promise<Event[]> =>
  (await recordsOf(TOPICS.events)).flatMap((record) => {
    const parsed = parseTaskInput(record.value);
    return parsed.ok && parsed.value.kind === 'event' ? [parsed.value] : [];
  });
async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
const eventOf = (id: string): Promise<Event> => until(async () => (await events()).find((event) => event.id === id));
const basic = (key: string): string => `Basic ${Buffer.from(`${key}:`).toString('base64')}`;
const post = async (path: string, body: string | Uint8Array, headers: Record<string, string> = {}) => {
  const all = { 'content-type': 'application/json', authorization: basic('demo'), ...headers };
  const response = await fetch(`${url}${path}`, { method: 'POST', body: body as string, headers: all });
  return { status: response.status, headers: response.headers, body: await response.json() };
};

describe('Segment’s SDK, unchanged', () => {
  it('sends every kind of call, which reach the log by their person', async () => {
    const analytics = new Analytics({ writeKey: 'demo', host: url, maxRetries: 0, flushAt: 6 });
    const errors: unknown[] = [];
    analytics.on('error', (error) => errors.push(error));
    analytics.track({ userId: 'sdk', event: 'cart.item_added', properties: { value: 40 }, messageId: 'sdk-track' });
    analytics.identify({ userId: 'sdk', anonymousId: 'dev1', traits: { email: 'a@b.example' }, messageId: 'sdk-identify' });
    analytics.page({ anonymousId: 'dev1', name: 'Home', messageId: 'sdk-page' });
    analytics.screen({ userId: 'sdk', name: 'Main', messageId: 'sdk-screen' });
    analytics.group({ userId: 'sdk', groupId: 'g1', messageId: 'sdk-group' });
    analytics.alias({ userId: 'sdk', previousId: 'old', messageId: 'sdk-alias' });
    await analytics.closeAndFlush();
    expect(errors).toEqual([]);
    expect(await eventOf('sdk-track')).toMatchObject({
      person: 'u:sdk',
      name: 'cart.item_added',
      properties: { value: 40 },
      source: 'shop',
    });
    expect(await eventOf('sdk-identify')).toMatchObject({
      name: '$identify',
      anonymousId: 'dev1',
      traits: { email: 'a@b.example' },
    });
    expect(await eventOf('sdk-page')).toMatchObject({ person: 'a:dev1', name: '$page', properties: { name: 'Home' } });
    expect((await eventOf('sdk-screen')).name).toBe('$screen');
    expect((await eventOf('sdk-group')).properties).toMatchObject({ groupId: 'g1' });
    expect((await eventOf('sdk-alias')).properties).toEqual({ previousId: 'old' });
    const record = (await recordsOf(TOPICS.events)).find((r) => decodeUtf8(r.value).includes('sdk-track'));
    expect(decodeUtf8(record!.key!)).toBe('u:sdk');
  });
});

describe('over HTTP', () => {
  it('takes what browsers post: text/plain, the write key in the body, from any origin', async () => {
    const body = JSON.stringify({ writeKey: 'demo', event: 'viewed', anonymousId: 'b1', messageId: 'browser-1' });
    const response = await fetch(`${url}/v1/t`, { method: 'POST', body, headers: { 'content-type': 'text/plain' } });
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect(await eventOf('browser-1')).toMatchObject({ person: 'a:b1', name: 'viewed' });
    expect((await fetch(`${url}/v1/t`, { method: 'OPTIONS' })).status).toBe(204);
  });

  it('takes packed bodies', async () => {
    const packed = gzipSync(JSON.stringify({ event: 'viewed', userId: 'z', messageId: 'packed-1' }));
    expect(await post('/v1/track', packed, { 'content-encoding': 'gzip' })).toMatchObject({ status: 200 });
    expect((await eventOf('packed-1')).person).toBe('u:z');
  });

  it('takes batches where the SDKs of other languages send them', async () => {
    const batch = (id: string) => JSON.stringify({ batch: [{ type: 'track', event: 'viewed', userId: 'ruby', messageId: id }] });
    expect(await post('/v1/import', batch('import-1'))).toMatchObject({ status: 200, body: { success: true } });
    expect(await post('/v1/import/', batch('import-2'))).toMatchObject({ status: 200, body: { success: true } });
    expect((await eventOf('import-2')).person).toBe('u:ruby');
  });

  it('takes history where the request says so, under the ids it would have had anyway', async () => {
    const calls = [{ type: 'track', event: 'viewed', userId: 'old', timestamp: '2026-01-01T00:00:00Z' }];
    await post('/v1/import', JSON.stringify({ historical: true, batch: calls }));
    await post('/v1/track', JSON.stringify({ ...calls[0], historical: true }));
    const found = await until(async () => {
      const all = (await events()).filter(({ person }) => person === 'u:old');
      return all.length === 2 ? all : undefined;
    });
    expect(found.map(({ historical, id }) => [historical, id])).toEqual([1, 2].map(() => [true, found[0]?.id]));
    expect(await post('/v1/import', '{"historical":"yes","batch":[]}')).toMatchObject({ status: 400 });
  });

  it('names what it refuses in a batch, keeps its bytes, and takes the rest', async () => {
    const bad = { type: 'track', event: 'x', userId: 'null', messageId: 'bad-1' };
    const good = { type: 'track', event: 'x', userId: 'ada', messageId: 'good-1' };
    const answer = await post('/v1/batch', JSON.stringify({ batch: [bad, good] }));
    const rejected = [{ index: 0, field: 'userId', message: expect.stringContaining('placeholder') }];
    expect(answer).toMatchObject({ status: 200, body: { success: true, rejected } });
    expect((await eventOf('good-1')).person).toBe('u:ada');
    const letter = (await recordsOf(TOPICS.deadLetters)).find((r) => decodeUtf8(r.value).includes('bad-1'));
    expect(JSON.parse(decodeUtf8(letter!.value))).toEqual(bad);
    expect(letter!.headers).toMatchObject({ reason: 'invalid', source: 'http /v1/batch' });
  });

  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  it.each<[string, number, string, string, string | Uint8Array]>([
    ['malformed JSON', 400, 'malformed-json', '/v1/track', '{"event":'],
    ['an empty body', 400, 'malformed-json', '/v1/track', ''],
    ['bytes that are not UTF-8', 400, 'not-utf8', '/v1/track', Uint8Array.of(0x22, 0xff, 0x22)],
    ['a list for a call', 400, 'invalid', '/v1/track', '[]'],
    ['null', 400, 'invalid', '/v1/track', 'null'],
    ['a batch that is none', 400, 'invalid', '/v1/batch', '{"batch":{}}'],
    ['no person', 400, 'invalid', '/v1/track', '{"event":"x"}'],
    ['an id that UTF-8 cannot write', 400, 'invalid', '/v1/track', '{"event":"x","userId":"a\\ud83d"}'],
    ['a name of ours', 400, 'invalid', '/v1/track', '{"event":"$page","userId":"a"}'],
    ['wrong types', 400, 'invalid', '/v1/track', '{"event":7,"userId":{},"properties":[],"timestamp":"soon"}'],
    ['a type of ours', 400, 'invalid', '/v1/batch', '{"batch":[{"type":"outcome","event":"email.sent","userId":"a"}]}'],
    ['deep nesting', 400, 'invalid', '/v1/track', `{"event":"x","userId":"a","properties":{"p":${nested(5_000)}}}`],
    ['nesting past the stack', 400, 'invalid', '/v1/batch', `{"batch":[${nested(100_000)}]}`],
    ['a polluting key', 400, 'invalid', '/v1/track', '{"event":"x","userId":"a","properties":{"__proto__":{"x":1}}}'],
    ['a call past 32 KB', 400, 'invalid', '/v1/track', `{"event":"x","userId":"a","properties":{"p":"${'x'.repeat(33_000)}"}}`],
    ['a request past 500 KB', 413, 'too-large', '/v1/batch', ' '.repeat(600_000)],
    ['10 MB', 413, 'too-large', '/v1/batch', ' '.repeat(10_000_000)],
  ])('refused clearly: %s', async (_name, status, code, path, body) => {
    const answer = await post(path, body);
    expect(answer).toMatchObject({ status, body: { error: { code, message: expect.any(String) } } });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('names every wrong field', async () => {
    const answer = await post('/v1/track', '{"event":7,"userId":{},"properties":[],"timestamp":"soon"}');
    const paths = (answer.body as { error: { problems: { path: string }[] } }).error.problems.map(({ path }) => path);
    expect(paths.sort()).toEqual(['event', 'properties', 'timestamp', 'userId']);
  });

  it('turns an unknown write key away, and keeps nothing of it', async () => {
    const before = (await recordsOf(TOPICS.deadLetters)).length;
    const answer = await post('/v1/track', '{"event":', { authorization: basic('other') });
    expect(answer).toMatchObject({ status: 401, body: { error: { code: 'unknown-write-key' } } });
    expect(await post('/v1/track', '{}', { authorization: basic('__proto__') })).toMatchObject({ status: 401 });
    expect((await recordsOf(TOPICS.deadLetters)).length).toBe(before);
  });

  it('answers 503 for the whole batch while the log is down', async () => {
    jest.spyOn(log, 'append').mockRejectedValue(new OperatingError('log-down', 'later', 'no broker'));
    const answer = await post('/v1/track', '{"event":"x","userId":"ada"}');
    expect(answer).toMatchObject({ status: 503, body: { error: { code: 'log-down' } } });
  });
});

describe('from the log', () => {
  const append = (topic: string, value: string | Uint8Array, headers = {}): Promise<unknown> =>
    log.append([{ topic, key: 'foreign', value: typeof value === 'string' ? encodeUtf8(value) : value, partition: 1, headers }]);

  it('re-keys what is ingested, in Segment’s shape and as CloudEvents, past a poison record', async () => {
    await append(TOPICS.ingest, Uint8Array.of(0xff, 0xfe));
    await append(TOPICS.ingest, '{"type":"track","event":"login","userId":"kim","messageId":"in-1"}');
    const structured = { specversion: '1.0', id: 'in-2', type: 'login', source: '/crm', subject: 'kim', data: { via: 'sso' } };
    await append(TOPICS.import, '{"type":"track","event":"login","userId":"kim","messageId":"in-0"}');
    await append(TOPICS.ingest, JSON.stringify(structured));
    const binary = { ce_specversion: '1.0', ce_id: 'in-3', ce_type: 'login', ce_source: '/crm', ce_userid: 'kim' };
    await append(TOPICS.ingest, '{"via":"app"}', binary);
    expect(await eventOf('in-0')).toMatchObject({ person: 'u:kim', historical: true, source: TOPICS.import });
    expect(await eventOf('in-1')).toMatchObject({ person: 'u:kim', name: 'login', source: TOPICS.ingest });
    const crm = (id: string) => deriveId('evt', 'cloud-event', '/crm', id);
    expect(await eventOf(crm('in-2'))).toMatchObject({ person: 'u:kim', name: 'login', properties: { via: 'sso' } });
    expect(await eventOf(crm('in-3'))).toMatchObject({ person: 'u:kim', name: 'login', properties: { via: 'app' } });
    const letter = (await recordsOf(TOPICS.deadLetters)).find((r) => r.headers['source'] === 'tripline.ingest/1/0');
    expect([...letter!.value]).toEqual([0xff, 0xfe]);
    expect(letter!.headers['reason']).toBe('not-utf8');
  });

  it('tells receipts as outcomes, leaves deferred ones, and refuses what goes too deep', async () => {
    const sent = makeReceipt({ id: 'rcp-1', status: 'dropped', reason: 'no-consent', depth: 2 });
    await append(TOPICS.receipts, JSON.stringify(makeReceipt({ id: 'rcp-0', status: 'deferred' })));
    await append(TOPICS.receipts, JSON.stringify(makeReceipt({ id: 'rcp-deep', depth: 6 })));
    await append(TOPICS.receipts, JSON.stringify(sent));
    expect(await eventOf('rcp-1')).toMatchObject({
      type: 'outcome',
      name: 'email.dropped',
      person: 'u:ada',
      timestamp: sent.at,
      causedBy: { trigger: 'abandoned-cart', depth: 2 },
      outcome: { action: 'act_1', run: 'run_1', step: 'mail', status: 'dropped' },
      properties: { reason: 'no-consent', step: 'mail' },
    });
    const ids = (await events()).map(({ id }) => id);
    expect(ids).not.toContain('rcp-0');
    expect(ids).not.toContain('rcp-deep');
    expect(watch.counts.get('tripline_collector_refused_total')).toBe(1);
  });
});
