import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { hours, makeInstant, milliseconds, minutes, plus } from '@tripline/kernel';
import type { Message, SendResult } from '@tripline/ports';
import { openTwilioSpecServer, type Answer, type ProviderServer } from '@tripline/testing-provider-specs';
import { makeTwilioProvider, type TwilioOptions } from './twilio-provider.js';

const NOW = makeInstant(Date.UTC(2026, 0, 1));
const ACCOUNT = `AC${'0'.repeat(32)}`;
let server: ProviderServer;
beforeAll(async () => {
  server = await openTwilioSpecServer();
});
afterAll(() => server.close());
afterEach(() => expect(server.requests.flatMap((request) => request.problems)).toEqual([]));

const provider = (options: Partial<TwilioOptions> = {}) =>
  makeTwilioProvider({
    accountSid: ACCOUNT,
    authToken: 'token',
    from: '+15550001111',
    baseUrl: server.url,
    timeoutMs: 2_000,
    ...options,
  });
const message = (fields: Partial<Message> = {}): Message => ({
  ...{ id: 'act_1', person: 'u:ada', channel: 'sms', to: '+4915112345678', trigger: 'abandoned-cart', step: 'text' },
  text: 'Dein Warenkorb wartet: 50 % & mehr 🛒',
  ...fields,
});

describe('Twilio', () => {
  test('takes a message, by its own document', async () => {
    const result = await provider().send(message(), NOW);
    expect(result).toEqual({ kind: 'accepted', providerMessageId: expect.stringMatching(/^SM0+1$/) });
    const request = server.requests.at(-1);
    expect(request?.path).toBe(`/2010-04-01/Accounts/${ACCOUNT}/Messages.json`);
    expect(request?.headers['content-type']).toMatch(/^application\/x-www-form-urlencoded/);
    expect(request?.headers['authorization']).toBe(`Basic ${Buffer.from(`${ACCOUNT}:token`).toString('base64')}`);
    expect(request?.body).toEqual({ To: '+4915112345678', From: '+15550001111', Body: message().text });
  });

  test('a messaging service and a callback are named as such', async () => {
    const service = `MG${'a'.repeat(32)}`;
    await provider({ from: service, statusCallback: 'https://shop.example/twilio' }).send(message(), NOW);
    expect(server.requests.at(-1)?.body).toEqual({
      ...{ To: '+4915112345678', Body: message().text },
      ...{ MessagingServiceSid: service, StatusCallback: 'https://shop.example/twilio' },
    });
  });

  test.each([
    [minutes(2), '120'],
    [hours(72), '36000'],
    [milliseconds(1), '5'],
  ])('a message that expires %d ms from now waits at most %s s in the queue', async (length, seconds) => {
    await provider().send(message({ expires: plus(NOW, length) }), NOW);
    expect(server.requests.at(-1)?.body['ValidityPeriod']).toBe(seconds);
  });

  test('a message without an address is refused, and no call is made', async () => {
    const before = server.requests.length;
    const unaddressed = Object.fromEntries(Object.entries(message()).filter(([name]) => name !== 'to')) as Message;
    expect(await provider().send(unaddressed, NOW)).toEqual({ kind: 'permanent', reason: 'no-address' });
    expect(server.requests).toHaveLength(before);
  });

  const refused = (status: number, code: number): Answer => ({ status, body: { status, code, message: 'no' } });
  test.each<[string, Answer, SendResult]>([
    ['429', refused(429, 20429), { kind: 'retryable', reason: 'status-429' }],
    ['a full queue', refused(400, 21611), { kind: 'retryable', reason: 'busy: 21611' }],
    ['someone who said STOP', refused(400, 21610), { kind: 'permanent', reason: 'stopped-by-recipient: 21610' }],
    ['an invalid number', refused(400, 21211), { kind: 'permanent', reason: 'invalid-number: 21211' }],
    ['a landline', refused(400, 21614), { kind: 'permanent', reason: 'invalid-number: 21614' }],
    ['another objection', refused(400, 21602), { kind: 'permanent', reason: 'twilio-21602' }],
    ['400 without a body', { status: 400 }, { kind: 'permanent', reason: 'status-400' }],
    ['401', refused(401, 20003), { kind: 'retryable', reason: 'unauthorized: 401' }],
    ['404', refused(404, 20404), { kind: 'retryable', reason: 'refused: 404' }],
    ['a redirect', { status: 307, headers: { location: 'http://127.0.0.1:1/' } }, { kind: 'retryable', reason: 'refused: 307' }],
    ['500', refused(500, 20500), { kind: 'unknown', reason: 'status-500' }],
    ['502 as a page', { status: 502, body: '<html>' }, { kind: 'unknown', reason: 'status-502' }],
    [
      'a message that failed at once',
      { status: 201, body: { sid: 'SM1', status: 'failed', error_code: 30007 } },
      { kind: 'permanent', reason: 'filtered: 30007' },
    ],
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
    const gone = await openTwilioSpecServer();
    await gone.close();
    expect(await provider({ baseUrl: gone.url }).send(message(), NOW)).toEqual({
      kind: 'retryable',
      reason: 'not-connected: ECONNREFUSED',
    });
  });
});
