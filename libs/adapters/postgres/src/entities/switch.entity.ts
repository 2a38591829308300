import type { Switch } from '@tripline/ports';
import { EntitySchema } from 'typeorm';
import { INSTANT_COLUMN } from './instant-column.js';

/** A stop or pause of everything (`*`) or of one trigger. */
export const SwitchEntity = new EntitySchema<Switch>({
  name: 'Switch',
  tableName: 'switches',
  columns: {
    scope: { type: 'text', primary: true },
    state: { type: 'text' },
    entries: { type: 'text', default: 'open' },
    messages: { type: 'text' },
    at: INSTANT_COLUMN,
    by: { type: 'text' },
  },
});
