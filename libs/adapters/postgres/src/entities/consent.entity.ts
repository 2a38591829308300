import type { Instant } from '@tripline/kernel';
import type { Channel } from '@tripline/model';
import { EntitySchema } from 'typeorm';
import { INSTANT_COLUMN } from './instant-column.js';

export type ConsentRow = {
  id?: number;
  person: string;
  channel: Channel;
  topic: string;
  granted: boolean;
  source: string;
  textVersion: string | null;
  at: Instant;
};

/** One entry of the ledger; rows are only ever added. */
export const ConsentEntity = new EntitySchema<ConsentRow>({
  name: 'Consent',
  tableName: 'consents',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment' },
    person: { type: 'text' },
    channel: { type: 'text' },
    topic: { type: 'text' },
    granted: { type: 'boolean' },
    source: { type: 'text' },
    textVersion: { type: 'text', name: 'text_version', nullable: true },
    at: INSTANT_COLUMN,
  },
});
