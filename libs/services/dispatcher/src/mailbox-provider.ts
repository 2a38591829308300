import type { Instant } from '@tripline/kernel';
import type { Channel } from '@tripline/model';
import type { ChannelProvider, Mailbox, Message, SendResult } from '@tripline/ports';

/** The provider of development: messages are kept to be looked at, nothing leaves the machine. */
export function makeMailboxProvider(channel: Channel, mailbox: Mailbox): ChannelProvider {
  const send = async (message: Message, now: Instant): Promise<SendResult> => {
    try {
      await mailbox.keep(message, now);
      return { kind: 'accepted', providerMessageId: message.id };
    } catch {
      return { kind: 'retryable', reason: 'mailbox-unavailable' };
    }
  };
  return { name: 'mailbox', channel, send };
}
