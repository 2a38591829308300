import type { Instant } from '@tripline/kernel';
import type { Message } from '@tripline/ports';
import { EntitySchema } from 'typeorm';
import { INSTANT_COLUMN } from './instant-column.js';

export type MailRow = { id: string; person: string; message: Message; at: Instant };

/** A message kept instead of sent. */
export const MailEntity = new EntitySchema<MailRow>({
  name: 'Mail',
  tableName: 'mailbox',
  columns: {
    id: { type: 'text', primary: true },
    person: { type: 'text' },
    message: { type: 'json' },
    at: INSTANT_COLUMN,
  },
});
