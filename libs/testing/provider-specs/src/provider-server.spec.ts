import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openSendGridSpecServer, openTwilioSpecServer, type ProviderServer } from './provider-server.js';

let sendGrid: ProviderServer;
let twilio: ProviderServer;
beforeAll(async () => {
  [sendGrid, twilio] = await Promise.all([openSendGridSpecServer(), openTwilioSpecServer()]);
});
afterAll(() => Promise.all([sendGrid.close(), twilio.close()]));

const MAIL = {
  personalizations: [{ to: [{ email: 'ada@shop.example' }] }],
  from: { email: 'shop@shop.example' },
  subject: 's',
  content: [{ type: 'text/plain', value: 't' }],
};
const mail = (body: unknown, headers: Record<string, string> = { authorization: 'Bearer SG.x' }) =>
  fetch(`${sendGrid.url}/v3/mail/send`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
const SMS = { To: '+4915112345678', From: '+15550001111', Body: 'x' };
const sms = (fields: Record<string, string>) =>
  fetch(`${twilio.url}/2010-04-01/Accounts/AC${'0'.repeat(32)}/Messages.json`, {
    method: 'POST',
    headers: { authorization: 'Basic eA==', 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });

describe("the providers' stand-ins", () => {
  test('take what the documents take', async () => {
    const answer = await mail(MAIL);
    expect([answer.status, answer.headers.get('x-message-id')]).toEqual([202, 'sg-1']);
    expect((await sms({ ...SMS, ValidityPeriod: '60' })).status).toBe(201);
  });

  test.each<[string, unknown]>([
    ['a missing field', { ...MAIL, from: undefined }],
    ['a wrong type', { ...MAIL, subject: 7 }],
    ['an address that is none', { ...MAIL, from: { email: 'x' } }],
    ['an unknown field', { ...MAIL, customArgs: {} }],
    ['nothing', {}],
  ])('SendGrid refuses %s', async (_, body) => {
    expect((await mail(body)).status).toBe(400);
    expect(sendGrid.requests.at(-1)?.problems).not.toEqual([]);
  });

  test('SendGrid refuses a request without a key', async () => {
    expect((await mail(MAIL, {})).status).toBe(401);
  });

  test.each<[string, Record<string, string>]>([
    ['a number that is none', { ...SMS, To: 'ada' }],
    ['a missing text', { To: SMS.To, From: SMS.From }],
    ['an unknown field', { ...SMS, body: 'x' }],
    ['a wrong type', { ...SMS, ValidityPeriod: 'long' }],
  ])('Twilio refuses %s', async (_, fields) => {
    expect((await sms(fields)).status).toBe(400);
  });

  test('a queued answer is used once', async () => {
    sendGrid.next({ status: 429 }, 'reset');
    expect((await mail(MAIL)).status).toBe(429);
    await expect(mail(MAIL)).rejects.toThrow();
    expect((await mail(MAIL)).status).toBe(202);
  });
});
