import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { makeInstant, plus, seconds } from '@tripline/kernel';
import type { Message, SendResult } from '@tripline/ports';
import { openSendGridSpecServer, type Answer, type ProviderServer } from '@tripline/testing-provider-specs';
import { makeSendGridProvider, type SendGridOptions } from './sendgrid-provider.js';

const NOW = makeInstant(Date.UTC(2026, 0, 1));
let server: ProviderServer;
beforeAll(async () => {
  server = await openSendGridSpecServer();
});
afterAll(() => server.close());
afterEach(() => expect(server.requests.flatMap((request) => request.problems)).toEqual([]));

const provider = (options: Partial<SendGridOptions> = {}) =>
  makeSendGridProvider({ apiKey: 'SG.key', from: 'Shop <shop@shop.example>', baseUrl: server.url, timeoutMs: 2_000, ...options });
const message = (fields: Partial<Message> = {}): Message => ({
  ...{ id: 'act_1', person: 'u:ada', channel: 'email', to: 'ada@shop.example', trigger: 'abandoned-cart', step: 'mail' },
  ...{ subject: 'Your cart', text: 'It waits', html: '<p>It waits</p>' },
  ...fields,
});

const without = (name: keyof Message, whole: Message): Message =>
  Object.fromEntries(Object.entries(whole).filter(([field]) => field !== name)) as Message;

describe('SendGrid', () => {
  test('takes a whole message, by its own document', async () => {
    const headers = { 'List-Unsubscribe': '<https://shop.example/u/t>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' };
    const result = await provider().send(message({ headers }), NOW);
    expect(result).toEqual({ kind: 'accepted', providerMessageId: 'sg-1' });
    const request = server.requests.at(-1);
    expect(request?.headers['authorization']).toBe('Bearer SG.key');
    expect(request?.body).toEqual({
      from: { email: 'shop@shop.example', name: 'Shop' },
      personalizations: [{ to: [{ email: 'ada@shop.example' }], custom_args: { action: 'act_1' } }],
      subject: 'Your cart',
      content: [
        { type: 'text/plain', value: 'It waits' },
        { type: 'text/html', value: '<p>It waits</p>' },
      ],
      headers,
      categories: ['abandoned-cart'],
    });
  });

  test("a template's own sender goes before the configured one, and the person's key is not told", async () => {
    const plain = without('html', message({ from: 'Ada <ada@shop.example>' }));
    expect((await provider({ sandbox: true }).send(plain, NOW)).kind).toBe('accepted');
    const request = server.requests.at(-1);
    expect(request?.body).toMatchObject({ from: { name: 'Ada' }, mail_settings: { sandbox_mode: { enable: true } } });
    expect(request?.text).not.toContain('u:ada');
  });

  test('braces in a text reach the person as they are', async () => {
    await provider().send(message({ text: 'a {{ b }} c -d-' }), NOW);
    expect(server.requests.at(-1)?.text).toContain('a {{ b }} c -d-');
  });

  test('a message without an address is refused, and no call is made', async () => {
    const before = server.requests.length;
    expect(await provider().send(without('to', message()), NOW)).toEqual({ kind: 'permanent', reason: 'no-address' });
    expect(server.requests).toHaveLength(before);
  });

  const reset = (at: number): Answer => ({ status: 429, headers: { 'x-ratelimit-reset': String(at) } });
  test.each<[string, Answer, SendResult]>([
    ['200, as the sandbox says', { status: 200 }, { kind: 'accepted' }],
    [
      '400 with an objection',
      { status: 400, body: { errors: [{ message: 'The address ada@shop.example is bad.' }] } },
      { kind: 'permanent', reason: 'status-400: The address (address) is bad.' },
    ],
    ['413', { status: 413 }, { kind: 'permanent', reason: 'status-413' }],
    ['401', { status: 401 }, { kind: 'retryable', reason: 'unauthorized: 401' }],
    ['403', { status: 403, body: 'no' }, { kind: 'retryable', reason: 'unauthorized: 403' }],
    ['404', { status: 404 }, { kind: 'retryable', reason: 'refused: 404' }],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' } }, { kind: 'retryable', reason: 'refused: 302' }],
    ['429 with its time', reset(NOW / 1_000 + 60), { kind: 'retryable', reason: 'status-429', retryAt: plus(NOW, seconds(60)) }],
    ['429 with a time gone by', reset(NOW / 1_000 - 1), { kind: 'retryable', reason: 'status-429' }],
    ['429 with nonsense', { status: 429, headers: { 'x-ratelimit-reset': 'soon' } }, { kind: 'retryable', reason: 'status-429' }],
    ['500', { status: 500, body: '<html>' }, { kind: 'unknown', reason: 'status-500' }],
    ['503', { status: 503 }, { kind: 'unknown', reason: 'status-503' }],
    ['a connection that breaks off', 'reset', { kind: 'unknown', reason: 'no-answer: ECONNRESET' }],
  ])('reads %s', async (_, answer, result) => {
    server.next(answer);
    expect(await provider().send(message(), NOW)).toEqual(result);
  });

  test('an answer that does not come leaves the outcome unknown', async () => {
    server.next('hang');
    expect(await provider({ timeoutMs: 200 }).send(message(), NOW)).toEqual({ kind: 'unknown', reason: 'timed-out' });
  });

  test('where nobody listens, nothing was sent', async () => {
    const gone = await openSendGridSpecServer();
    await gone.close();
    const result = await provider({ baseUrl: gone.url }).send(message(), NOW);
    expect(result).toEqual({ kind: 'retryable', reason: 'not-connected: ECONNREFUSED' });
  });

  test('a name that does not resolve: nothing was sent', async () => {
    const result = await provider({ baseUrl: 'http://nowhere.invalid' }).send(message(), NOW);
    expect(result).toMatchObject({ kind: 'retryable', reason: expect.stringMatching(/^not-connected: E(NOTFOUND|AI_AGAIN)$/) });
  });
});
