import type { Instant } from '@tripline/kernel';
import type { Channel } from '@tripline/model';
import { EntitySchema } from 'typeorm';
import { INSTANT_COLUMN } from './instant-column.js';

export type SuppressionRow = { channel: Channel; addressHash: string; reason: string; at: Instant };

/** An address never to be written to, kept as the hash of its normal spelling: it outlives the erasure of its person. */
export const SuppressionEntity = new EntitySchema<SuppressionRow>({
  name: 'Suppression',
  tableName: 'suppressions',
  columns: {
    channel: { type: 'text', primary: true },
    addressHash: { type: 'text', primary: true, name: 'address_hash' },
    reason: { type: 'text' },
    at: INSTANT_COLUMN,
  },
});
