import { storableText, type Instant } from '@tripline/kernel';
import { KEPT_MAX, type Kept, type Mailbox, type Message } from '@tripline/ports';
import { MailEntity } from './entities/mail.entity.js';
import type { Sql } from './sql.js';

/** Messages kept instead of sent, in PostgreSQL. */
export class PostgresMailbox implements Mailbox {
  constructor(private readonly sql: Sql) {}

  async keep(message: Message, now: Instant): Promise<void> {
    const row = { id: message.id, person: storableText(message.person), message: message as never, at: now };
    await this.sql.entities((manager) => manager.createQueryBuilder().insert().into(MailEntity).values(row).orIgnore().execute());
  }

  async kept(query: { readonly person?: string; readonly max: number }): Promise<readonly Kept[]> {
    const rows = await this.sql.entities((manager) =>
      manager.find(MailEntity, {
        where: query.person === undefined ? {} : { person: storableText(query.person) },
        order: { at: 'DESC', id: 'DESC' },
        take: Math.max(0, Math.min(query.max, KEPT_MAX)),
      }),
    );
    return rows.map(({ message, at }) => ({ ...message, at }));
  }
}
