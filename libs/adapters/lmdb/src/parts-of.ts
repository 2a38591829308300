import { PART_ROWS_MAX, type StatePart } from '@tripline/ports';
import type { Database, Transaction } from 'lmdb';
import { decodeTimerKey } from './timer-key.js';

/** The rows of one task. */
export type Rows = { readonly people: Database<Uint8Array, string>; readonly timers: Database<Uint8Array, Uint8Array> };

/** All rows as the transaction sees them, a part at a time: each is a walk of its own, so that nothing is open in between but the transaction. */
export function* partsOf({ people, timers }: Rows, transaction: Transaction): Generator<StatePart> {
  const options = { limit: PART_ROWS_MAX, transaction };
  for (let after: string | undefined; ;) {
    const from = after === undefined ? {} : { start: after, exclusiveStart: true };
    const rows = [...people.getRange({ ...options, ...from })].map(({ key, value }) => [key, Uint8Array.from(value)] as const);
    if (rows.length > 0) yield { people: new Map(rows), timers: [] };
    if (rows.length < PART_ROWS_MAX) break;
    after = rows.at(-1)?.[0];
  }
  for (let after: Uint8Array | undefined; ;) {
    const from = after === undefined ? {} : { start: after, exclusiveStart: true };
    const keys = [...timers.getKeys({ ...options, ...from })].map((key) => Uint8Array.from(key));
    if (keys.length > 0) yield { people: new Map(), timers: keys.map(decodeTimerKey) };
    if (keys.length < PART_ROWS_MAX) break;
    after = keys.at(-1);
  }
}
