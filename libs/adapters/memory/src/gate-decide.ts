import { minus, storableText, type Duration, type Instant } from '@tripline/kernel';
import type { Action, Decision } from '@tripline/model';
import type { Untold } from '@tripline/ports';
import { isUndecided, keyOf, type ActionRow } from './action-table.js';
import { byText } from './order.js';
import { load, store } from './stored.js';
import { pausedAs } from './switch-rules.js';
import type { Tables } from './tables.js';

export type Decided = { readonly action: Action; readonly decision: Decision };

/** Keeps the decisions of actions that are still undecided; what has been recalled can only be dropped. */
export const decide = (tables: Tables, decided: readonly Decided[], now: Instant): readonly Untold[] =>
  decided.flatMap(({ action, decision }) => {
    const row = rowOf(tables, action);
    if (row === undefined || !isUndecided(row) || (row.recalled && decision.kind !== 'drop')) return [];
    const next = decision.kind === 'hold' ? heldRow(tables, row, decision, now) : endedRow(row, decision, now);
    tables.actions.put(next);
    return [{ action, decision, attempt: next.attempts }];
  });

const rowOf = ({ actions }: Tables, action: Action): ActionRow | undefined =>
  actions.get(keyOf(storableText(action.id), action.decided));

/** A pause that ended, or drops, since the claim holds nothing: it is looked at again at once. */
function heldRow(tables: Tables, row: ActionRow, hold: Decision & { kind: 'hold' }, now: Instant): ActionRow {
  const over = hold.reason === 'trigger-paused' && pausedAs(tables, row.trigger) !== 'hold';
  return {
    ...changedTo(row, 'held', hold.reason, now),
    ...{ due: over ? now : hold.until, decision: undefined, kept: undefined, told: true },
  };
}

const endedRow = (row: ActionRow, decision: Decision & { kind: 'send' | 'drop' }, now: Instant): ActionRow => ({
  ...(decision.kind === 'send'
    ? changedTo(row, 'handed', 'handed-over', now)
    : changedTo(row, decision.status, decision.reason, now)),
  attempts: row.attempts + (decision.kind === 'send' ? 1 : 0),
  ...{ due: undefined, decision: store<Decision>(decision), kept: now, told: false },
});

const changedTo = (row: ActionRow, status: ActionRow['status'], reason: string, now: Instant): ActionRow => ({
  ...row,
  ...{ status, reason, leased: undefined, looked: true },
  changed: row.status === status && row.reason === reason ? row.changed : now,
});

const untoldOf = (row: ActionRow): readonly Untold[] =>
  row.decision === undefined ? [] : [{ action: load(row.body), decision: load(row.decision), attempt: row.attempts }];

/** The longest kept first. */
export const untold = ({ actions }: Tables, now: Instant, age: Duration, max: number): readonly Untold[] =>
  actions
    .untold()
    .filter(({ kept }) => kept !== undefined && kept <= minus(now, age))
    .sort((a, b) => (a.kept ?? 0) - (b.kept ?? 0) || byText(a.id, b.id) || a.decided - b.decided)
    .slice(0, max)
    .flatMap(untoldOf);

export function told(tables: Tables, some: readonly Untold[]): void {
  for (const { action, attempt } of some) {
    const row = rowOf(tables, action);
    if (row?.attempts === attempt && !row.told) tables.actions.put({ ...row, told: true });
  }
}

const SILENT: Decision = { kind: 'drop', status: 'unknown', reason: 'silent' };

/** The longest expired first. */
export function closeSilent({ actions }: Tables, now: Instant, age: Duration, max: number): readonly Untold[] {
  const silent = actions
    .handed()
    .filter(({ expires }) => expires <= minus(now, age))
    .sort((a, b) => a.expires - b.expires || byText(a.id, b.id) || a.decided - b.decided)
    .slice(0, max);
  return silent.flatMap((row) => {
    const closed: ActionRow = {
      ...{ ...row, status: 'unknown', reason: 'silent', decision: store(SILENT) },
      ...{ kept: now, told: false, changed: now, due: undefined },
    };
    actions.put(closed);
    return untoldOf(closed);
  });
}
