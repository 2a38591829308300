import { earlier, makeInstant, plus, storableText, type Instant } from '@tripline/kernel';
import { isFinal, type Receipt } from '@tripline/model';
import { RETRY_DEFAULT } from '@tripline/ports';
import { isOpen, type ActionRow } from './action-table.js';
import { isStopped } from './switch-rules.js';
import type { Tables } from './tables.js';

/** Before all that is: due at once. */
const AT_ONCE = makeInstant(0);
/** Nobody has it in hand any more, and there is nothing left to tell. */
const CLOSED = { due: undefined, leased: undefined, told: true } as const;

/** Applies receipts in their order; answers how many were of actions nobody knows. */
export function report(tables: Tables, receipts: readonly Receipt[], now: Instant): number {
  let unknown = 0;
  for (const receipt of receipts) {
    const rows = tables.actions.ofId(storableText(receipt.action));
    for (const row of rows) tables.actions.put(reported(tables, row, receipt, now));
    if (rows.length === 0) unknown++;
  }
  return unknown;
}

function reported(tables: Tables, row: ActionRow, receipt: Receipt, now: Instant): ActionRow {
  const { status } = receipt;
  if (status === 'deferred') return deferred(tables, row, receipt, now);
  return isFinal(status) ? final(row, receipt, status) : later(row, receipt);
}

/** A final status stays; only who was given up as unknown may turn out to have been sent. */
function final(row: ActionRow, { reason = '', at }: Receipt, status: ActionRow['status']): ActionRow {
  if (!isOpen(row) || (row.status === 'unknown' && status !== 'sent')) return row;
  return { ...row, status, reason: status === 'sent' ? undefined : storableText(reason || status), changed: at, ...CLOSED };
}

/** Only the attempt in hand can be put off: an older one is told again. No further than its expiry, and not at all where the gate would drop it. */
function deferred(tables: Tables, row: ActionRow, { attempt, at, retryAt }: Receipt, now: Instant): ActionRow {
  if (row.status !== 'handed' || (attempt ?? row.attempts) !== row.attempts) return row;
  const dropped = row.recalled || isStopped(tables, row.trigger);
  const due = dropped ? AT_ONCE : earlier(retryAt ?? plus(now, RETRY_DEFAULT), row.expires);
  return { ...row, status: 'held', reason: 'deferred', changed: at, due, leased: undefined, told: true };
}

/** What comes after sending implies it, and is kept once each, in the order it came. */
function later(row: ActionRow, { status, at }: Receipt): ActionRow {
  const known = row.later.includes(status) ? row.later : [...row.later, status];
  if (!isOpen(row)) return { ...row, later: known, due: undefined, leased: undefined };
  return { ...row, later: known, status: 'sent', reason: undefined, changed: at, ...CLOSED };
}
