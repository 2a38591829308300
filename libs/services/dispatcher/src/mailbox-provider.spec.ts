import { describe, expect, test } from '@jest/globals';
import type { Mailbox, Message } from '@tripline/ports';
import { START } from '@tripline/testing-builders';
import { makeMailboxProvider } from './mailbox-provider.js';

const message: Message = { id: 'act_1', person: 'u:ada', channel: 'sms', text: 'x', trigger: 't', step: 's' };
const mailbox = (keep: Mailbox['keep']): Mailbox => ({ keep, kept: () => Promise.resolve([]) });

describe('the mailbox provider', () => {
  test('keeps the message and accepts it', async () => {
    const kept: unknown[] = [];
    const provider = makeMailboxProvider(
      'sms',
      mailbox((m, now) => (kept.push(m, now), Promise.resolve())),
    );
    expect(await provider.send(message, START)).toEqual({ kind: 'accepted', providerMessageId: 'act_1' });
    expect(kept).toEqual([message, START]);
  });

  test('tries again later where the mailbox cannot keep it: nothing has left', async () => {
    const provider = makeMailboxProvider(
      'sms',
      mailbox(() => Promise.reject(new Error('gone'))),
    );
    expect(await provider.send(message, START)).toEqual({ kind: 'retryable', reason: 'mailbox-unavailable' });
  });
});
