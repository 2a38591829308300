import { describe, expect, test } from '@jest/globals';
import { describeDispatcherConfig, readDispatcherConfig } from './config.js';

const BASE = { CHANNEL: 'email', KAFKA_BROKERS: 'a:9092, b:9092', DATABASE_URL: 'postgres://x' };
const SID = `AC${'0'.repeat(32)}`;

describe("the dispatcher's configuration", () => {
  test('keeps messages in the mailbox unless it is told who sends', () => {
    expect(readDispatcherConfig(BASE)).toMatchObject({
      ...{ CHANNEL: 'email', PROVIDER: 'mailbox', KAFKA_BROKERS: ['a:9092', 'b:9092'], PORT: 8080 },
      ...{ PARTITIONS: 64, SENDGRID_SANDBOX: false, WEBHOOK_ALLOW_HTTP: false },
    });
  });

  test('streams to browsers on web', () => {
    const config = readDispatcherConfig({ ...BASE, CHANNEL: 'web', WRITE_KEYS: 'demo=shop' });
    expect(config).toMatchObject({ PROVIDER: 'stream', WRITE_KEYS: { demo: 'shop' } });
  });

  test('reads secrets by name, several for one while they are rotated', () => {
    const config = readDispatcherConfig({
      ...BASE,
      ...{ CHANNEL: 'webhook', PROVIDER: 'webhook', WEBHOOK_SECRETS: 'crm=whsec_YQ==|whsec_Yg==, erp=whsec_Yw==' },
      ...{ WEBHOOK_ALLOW: '127.0.0.1,10.0.0.0/8', WEBHOOK_ALLOW_HTTP: 'true' },
    });
    expect(config.WEBHOOK_SECRETS).toEqual({ crm: ['whsec_YQ==', 'whsec_Yg=='], erp: ['whsec_Yw=='] });
    expect(config.WEBHOOK_ALLOW).toEqual(['127.0.0.1', '10.0.0.0/8']);
    expect(config.WEBHOOK_ALLOW_HTTP).toBe(true);
  });

  test.each([
    [{ PROVIDER: 'sendgrid' }, ['SENDGRID_API_KEY: is required', 'MAIL_FROM: is required']],
    [
      { CHANNEL: 'sms', PROVIDER: 'twilio', TWILIO_ACCOUNT_SID: SID },
      ['TWILIO_AUTH_TOKEN: is required', 'TWILIO_FROM: is required'],
    ],
    [{ CHANNEL: 'web', PROVIDER: 'stream' }, ['WRITE_KEYS: is required']],
    [{ CHANNEL: 'web' }, ['WRITE_KEYS: is required']],
    [{ CHANNEL: 'web', PROVIDER: 'mailbox' }, ['PROVIDER: mailbox does not serve the channel web']],
    [
      { CHANNEL: 'sms', PROVIDER: 'sendgrid', SENDGRID_API_KEY: 'SG.x', MAIL_FROM: 'a' },
      ['PROVIDER: sendgrid does not serve the channel sms'],
    ],
    [{ CHANNEL: 'fax' }, ['CHANNEL: must be one of']],
    [
      { PORT: 'x', TWILIO_ACCOUNT_SID: 'x', SENDGRID_BASE_URL: 'ftp://x', WEBHOOK_SECRETS: 'hush', WEBHOOK_ALLOW_HTTP: 'yes' },
      ['PORT:', 'TWILIO_ACCOUNT_SID:', 'SENDGRID_BASE_URL:', 'WEBHOOK_SECRETS:', 'WEBHOOK_ALLOW_HTTP:'],
    ],
  ])('%j is refused, every variable at once', (given, lines) => {
    let message = '';
    try {
      readDispatcherConfig({ ...BASE, ...given });
    } catch (error) {
      message = (error as Error).message;
    }
    for (const line of lines) expect(message).toContain(line);
    expect(message).not.toContain('hush');
  });

  test('nothing given names what is required', () => {
    expect(() => readDispatcherConfig({})).toThrow(
      /CHANNEL: is required[\s\S]*KAFKA_BROKERS: is required[\s\S]*DATABASE_URL: is required/,
    );
  });

  test('its manual is complete', () => {
    const manual = describeDispatcherConfig();
    for (const name of [
      'CHANNEL',
      'PROVIDER',
      'DATABASE_URL',
      'SENDGRID_API_KEY',
      'TWILIO_FROM',
      'WEBHOOK_SECRETS',
      'WRITE_KEYS',
    ])
      expect(manual).toMatch(new RegExp(`# .+\n(# )?${name}=`));
  });
});
