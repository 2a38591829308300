import { describe, expect, it } from '@jest/globals';
import { hours, makeInstant } from '@tripline/kernel';
import { hashId, isKnown, remember } from './messages-seen.js';
import { MESSAGES_MAX, type Messages } from './person-state.js';

const KEEP = hours(24);
const NOTHING: Messages = { since: makeInstant(0), current: [], before: [] };
const after = (messages: Messages, id: string, ms: number): Messages =>
  remember(messages, hashId(id), makeInstant(ms), KEEP).messages;

describe('a message id', () => {
  it.each([
    ['at once', 0, true],
    ['after as long as ids are kept', KEEP, true],
    ['after almost twice as long', 2 * KEEP - 1, true],
    ['after that', 2 * KEEP, false],
  ])('is known %s', (_, ms, known) => {
    const first = after(NOTHING, 'm', KEEP);
    expect(isKnown(after(first, 'other', KEEP + ms), hashId('m'))).toBe(known);
  });

  it('is known for one more generation where there are too many, and forgetting early is said', () => {
    let messages = after(NOTHING, 'm', KEEP);
    for (let i = 1; i < 2 * MESSAGES_MAX; i++) messages = after(messages, `other ${i}`, KEEP + 1);
    expect(isKnown(messages, hashId('m'))).toBe(true);
    const next = remember(messages, hashId('last'), makeInstant(KEEP + 2), KEEP);
    expect([next.forgot, isKnown(next.messages, hashId('m'))]).toEqual([true, false]);
  });
});
