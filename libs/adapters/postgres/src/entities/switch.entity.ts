import type { Instant } from '@tripline/kernel';
import { EntitySchema } from 'typeorm';
import { INSTANT_COLUMN } from './instant-column.js';

export type SwitchRow = { scope: string; state: 'stopped' | 'paused' | 'running'; at: Instant; by: string };

/** A stop of everything (`*`) or of one trigger. */
export const SwitchEntity = new EntitySchema<SwitchRow>({
  name: 'Switch',
  tableName: 'switches',
  columns: { scope: { type: 'text', primary: true }, state: { type: 'text' }, at: INSTANT_COLUMN, by: { type: 'text' } },
});
