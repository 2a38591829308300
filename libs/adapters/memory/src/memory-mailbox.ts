import { storableText, type Instant } from '@tripline/kernel';
import { KEPT_MAX, type Kept, type Mailbox, type Message } from '@tripline/ports';
import type { Connection } from './connection.js';
import { byText } from './order.js';
import { load, store } from './stored.js';

/** Messages kept instead of sent, in memory. */
export class MemoryMailbox implements Mailbox {
  constructor(private readonly connection: Connection) {}

  keep(message: Message, now: Instant): Promise<void> {
    return this.connection.transaction(({ mailbox }) => {
      const id = storableText(message.id);
      const row = { id, person: storableText(message.person), message: store(message), at: now };
      if (mailbox.get(id) === undefined) mailbox.put(id, row);
    });
  }

  kept({ person, max }: { readonly person?: string; readonly max: number }): Promise<readonly Kept[]> {
    return this.connection.transaction(({ mailbox }) =>
      mailbox
        .rows()
        .filter((row) => person === undefined || row.person === storableText(person))
        .sort((a, b) => b.at - a.at || byText(b.id, a.id))
        .slice(0, Math.max(0, Math.min(max, KEPT_MAX)))
        .map(({ message, at }) => ({ ...load(message), at })),
    );
  }
}
