import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { makeInstant, plus, seconds } from '@tripline/kernel';
import type { Message, SendResult } from '@tripline/ports';
import { openHttpFixture, type Answer, type HttpFixture } from '@tripline/testing-provider-specs';
import { Webhook } from 'standardwebhooks';
import { makeWebhookProvider, type WebhookOptions, type WebhookProvider } from './webhook-provider.js';

const NOW = makeInstant(Date.UTC(2026, 0, 1));
const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
let server: HttpFixture;
const made: WebhookProvider[] = [];
beforeAll(async () => {
  server = await openHttpFixture(() => ({ status: 200 }));
});
afterAll(async () => {
  await server.close();
  await Promise.all(made.map((provider) => provider.close()));
});

const provider = (options: Partial<WebhookOptions> = {}): WebhookProvider => {
  const one = makeWebhookProvider({
    secrets: { crm: [SECRET] },
    allow: ['127.0.0.0/8', '::1'],
    allowHttp: true,
    timeoutMs: 2_000,
    ...options,
  });
  made.push(one);
  return one;
};
const message = (fields: Partial<Message> = {}): Message => ({
  ...{ id: 'act_1', person: 'u:ada', channel: 'webhook', trigger: 'abandoned-cart', step: 'crm' },
  ...{ text: '{"hello":"wörld"}', url: `${server.url}/in?x=1`, secret: 'crm' },
  ...fields,
});

describe('webhooks', () => {
  test('arrive signed, so that a Standard Webhooks receiver takes them', async () => {
    const now = makeInstant(Date.now());
    expect(await provider().send(message(), now)).toEqual({ kind: 'accepted' });
    const request = server.received.at(-1);
    expect(request).toMatchObject({ method: 'POST', path: '/in?x=1', text: message().text });
    expect(request?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'act_1' });
    expect(new Webhook(SECRET).verify(request?.text ?? '', request?.headers ?? {})).toEqual({ hello: 'wörld' });
    const other = new Webhook(`whsec_${Buffer.alloc(32, 8).toString('base64')}`);
    expect(() => other.verify(request?.text ?? '', request?.headers ?? {})).toThrow();
  });

  test('carry one id over all attempts, and the time of each', async () => {
    await provider().send(message(), NOW);
    await provider().send(message(), plus(NOW, seconds(5)));
    const [first, second] = server.received.slice(-2).map((request) => request.headers);
    expect([first?.['webhook-id'], second?.['webhook-id']]).toEqual(['act_1', 'act_1']);
    expect(Number(second?.['webhook-timestamp']) - Number(first?.['webhook-timestamp'])).toBe(5);
  });

  test.each<[string, Answer, SendResult]>([
    ['204', { status: 204 }, { kind: 'accepted' }],
    ['410', { status: 410 }, { kind: 'permanent', reason: 'endpoint-gone: 410' }],
    ['400', { status: 400 }, { kind: 'retryable', reason: 'status-400' }],
    ['500', { status: 500 }, { kind: 'retryable', reason: 'status-500' }],
    [
      '429 with seconds',
      { status: 429, headers: { 'retry-after': '7' } },
      { kind: 'retryable', reason: 'status-429', retryAt: plus(NOW, seconds(7)) },
    ],
    [
      '503 with a date',
      { status: 503, headers: { 'retry-after': 'Thu, 01 Jan 2026 00:02:00 GMT' } },
      { kind: 'retryable', reason: 'status-503', retryAt: plus(NOW, seconds(120)) },
    ],
    [
      '502 with a date gone by',
      { status: 502, headers: { 'retry-after': 'Thu, 01 Jan 2015 00:02:00 GMT' } },
      { kind: 'retryable', reason: 'status-502' },
    ],
    ['504 with nonsense', { status: 504, headers: { 'retry-after': 'soon' } }, { kind: 'retryable', reason: 'status-504' }],
    ['a connection that breaks off', 'reset', { kind: 'unknown', reason: 'no-answer: ECONNRESET' }],
    ['an endless body', { status: 200, body: 'x'.repeat(5_000_000) }, { kind: 'accepted' }],
  ])('read %s', async (_, answer, result) => {
    server.next(answer);
    expect(await provider().send(message(), NOW)).toEqual(result);
  });

  test('do not follow a redirect', async () => {
    const before = server.received.length;
    server.next({ status: 307, headers: { location: `${server.url}/elsewhere` } });
    expect(await provider().send(message(), NOW)).toEqual({ kind: 'retryable', reason: 'redirected: 307' });
    expect(server.received).toHaveLength(before + 1);
  });

  test('that are not answered in time may have arrived', async () => {
    server.next('hang');
    expect(await provider({ timeoutMs: 200 }).send(message(), NOW)).toEqual({ kind: 'unknown', reason: 'timed-out' });
  });

  test('were not sent where nobody listens or the name leads nowhere', async () => {
    const gone = await openHttpFixture(() => ({ status: 200 }));
    await gone.close();
    expect(await provider().send(message({ url: gone.url }), NOW)).toEqual({
      kind: 'retryable',
      reason: 'not-connected: ECONNREFUSED',
    });
    expect(await provider().send(message({ url: 'http://nowhere.invalid/' }), NOW)).toMatchObject({
      kind: 'retryable',
      reason: expect.stringMatching(/^not-connected: E(NOTFOUND|AI_AGAIN)$/),
    });
  });

  test.each([
    'http://127.0.0.1:PORT/',
    'http://localhost:PORT/',
    'http://[::ffff:127.0.0.1]:PORT/',
    'http://2130706433:PORT/',
    'http://0x7f.1:PORT/',
    'http://[::1]:PORT/',
    'http://[::127.0.0.1]:PORT/',
  ])('are not sent to %s, which is ours', async (template) => {
    const before = server.received.length;
    const url = template.replace('PORT', new URL(server.url).port);
    expect(await provider({ allow: [] }).send(message({ url }), NOW)).toEqual({ kind: 'permanent', reason: 'private-address' });
    expect(server.received).toHaveLength(before);
  });

  test('reach a name that leads to an allowed address', async () => {
    const url = `http://localhost:${new URL(server.url).port}/named`;
    expect(await provider().send(message({ url }), NOW)).toEqual({ kind: 'accepted' });
    expect(server.received.at(-1)?.path).toBe('/named');
  });

  test.each(['', 'nonsense', 'ftp://shop.example/', 'javascript:1', 'https://user:pw@shop.example/'])(
    'are not sent to %j',
    async (url) => {
      expect(await provider().send(message({ url }), NOW)).toEqual({ kind: 'permanent', reason: 'invalid-url' });
    },
  );

  test('go over http only where that is allowed', async () => {
    expect(await provider({ allowHttp: false }).send(message(), NOW)).toEqual({ kind: 'permanent', reason: 'invalid-url' });
  });

  test('need a secret of that name', async () => {
    expect(await provider().send(message({ secret: 'erp' }), NOW)).toEqual({ kind: 'permanent', reason: 'no-secret: erp' });
  });
});
