import { describe, expect, it } from '@jest/globals';
import { encodeUtf8, type JsonObject } from '@tripline/kernel';
import { readLine } from './read-line.js';

const AT = '2026-01-01T00:00:00.000Z';
const LATER = '2026-01-01T00:05:00.000Z';
const ms = Date.parse(AT);
const read = (value: JsonObject | string) =>
  readLine({ number: 7, offset: 0, bytes: encodeUtf8(typeof value === 'string' ? value : JSON.stringify(value)) });
const problems = (value: JsonObject | string) =>
  read(value).problems.map(({ line, path, message }) => `${line} ${path} ${message}`);

describe('readLine', () => {
  it('takes a call as received when it says so, else when it happened', () => {
    expect(read({ timestamp: AT, receivedAt: LATER }).calls).toMatchObject([{ received: Date.parse(LATER), item: 0 }]);
    expect(read({ timestamp: AT }).calls).toMatchObject([{ received: ms }]);
    expect(read({ originalTimestamp: AT, receivedAt: null }).calls).toMatchObject([{ received: ms }]);
  });

  it('takes each call of a batch for itself, by the time of the batch where it has none', () => {
    const batch = [
      { timestamp: AT, receivedAt: LATER, n: 1 },
      { timestamp: LATER, n: 2 },
    ];
    expect(read({ batch }).calls).toMatchObject([
      { received: Date.parse(LATER), item: 0, call: { n: 1 } },
      { received: Date.parse(LATER), item: 1, call: { n: 2 } },
    ]);
    expect(read({ batch: [{ timestamp: AT }], receivedAt: LATER }).calls).toMatchObject([{ received: Date.parse(LATER) }]);
  });

  it('does not let sentAt correct a timestamp, which is the event time already', () => {
    expect(read({ timestamp: AT, sentAt: LATER }).calls).toMatchObject([{ call: { timestamp: AT, sentAt: null } }]);
    expect(read({ batch: [{ timestamp: AT }], sentAt: LATER }).calls[0]).not.toHaveProperty('sentAt');
    const raw = { originalTimestamp: AT, receivedAt: LATER, sentAt: LATER };
    expect(read(raw).calls).toMatchObject([{ call: raw }]);
    expect(read({ batch: [{ originalTimestamp: AT }], sentAt: LATER }).calls).toMatchObject([{ sentAt: Date.parse(LATER) }]);
  });

  it('names the line and the field of what it cannot read', () => {
    expect(problems('{')).toEqual(['7  is not JSON']);
    expect(problems('[]')).toEqual(['7  must be a JSON object']);
    expect(problems({})).toEqual(['7 timestamp must be given, or receivedAt']);
    expect(problems({ timestamp: 'noon' })).toEqual([expect.stringMatching(/^7 timestamp must be an ISO 8601/)]);
    expect(problems({ timestamp: AT, receivedAt: 5 })).toEqual([expect.stringMatching(/^7 receivedAt must be an ISO 8601/)]);
    expect(problems({ batch: [], sentAt: 'noon' })).toEqual([expect.stringMatching(/^7 sentAt must/)]);
    expect(readLine({ number: 7, offset: 0, bytes: new Uint8Array([0x22, 0xff, 0x22]) }).problems).toMatchObject([
      { message: 'is not UTF-8' },
    ]);
    expect(readLine({ number: 7, offset: 0 }).problems).toMatchObject([{ message: 'too long for a line' }]);
  });

  it('takes the good calls of a batch, and names those that are not by their place', () => {
    const batch = [{ timestamp: AT }, 'call', { timestamp: 'noon' }, { timestamp: LATER }];
    expect(read({ batch }).calls.map(({ item }) => item)).toEqual([0, 3]);
    expect(problems({ batch })).toEqual(['7 batch.1 must be a JSON object', expect.stringMatching(/^7 batch.2.timestamp must/)]);
  });
});
