import { minus, storableText, type Duration, type Instant } from '@tripline/kernel';
import type { Action, Decision } from '@tripline/model';
import type { Untold } from '@tripline/ports';
import { dayOf } from './action-days.js';
import { PAUSED } from './gate-claim.js';
import { column, type Statements } from './sql.js';

export type Decided = { readonly action: Action; readonly decision: Decision };

/**
 * Rows are locked in the order of their ids, so that two batches never wait for one another. A pause that ended, or drops, since the claim holds nothing:
 * with `lookAgain` on the other side no resumed message is left to wait.
 */
const DECIDE = `
  with x as (
    select a.id, a.day, x.kind, x.status, x.reason, x.due, x.decision
    from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::json[])
           as x(id, day, kind, status, reason, due, decision)
    join actions a using (id, day) order by a.id for update of a)
  update actions a
  set status = x.status, reason = x.reason, leased = 0, looked = true,
      due = case when x.kind = 'hold' and x.reason = 'trigger-paused' and ${PAUSED} is distinct from 'hold' then $8::bigint else x.due end,
      attempts = a.attempts + case x.kind when 'send' then 1 else 0 end,
      decision = case x.kind when 'hold' then null else x.decision end,
      kept = case x.kind when 'hold' then null else $8::bigint end,
      told = x.kind = 'hold',
      changed = case when a.status = x.status and a.reason = x.reason then a.changed else $8::bigint end
  from x
  where a.id = x.id and a.day = x.day and a.status in ('waiting', 'held') and (x.kind = 'drop' or not a.recalled)
  returning a.id, a.day, a.attempts`;

/** Keeps the decisions of actions that are still undecided. */
export async function decide(sql: Statements, decided: readonly Decided[], now: Instant): Promise<readonly Untold[]> {
  const rows = await sql.rows<{ id: string; day: number; attempts: number }>(DECIDE, [
    column(decided, (d) => d.action.id),
    column(decided, (d) => dayOf(d.action.decided)),
    column(decided, (d) => d.decision.kind),
    column(decided, (d) => statusOf(d.decision)),
    column(decided, (d) => (d.decision.kind === 'send' ? 'handed-over' : d.decision.reason)),
    column(decided, (d) => (d.decision.kind === 'hold' ? d.decision.until : null)),
    column(decided, (d) => JSON.stringify(d.decision)),
    now,
  ]);
  const attempts = new Map(rows.map((row) => [keyOf(row.id, row.day), row.attempts]));
  return decided.flatMap(({ action, decision }) => {
    const attempt = attempts.get(keyOf(storableText(action.id), dayOf(action.decided)));
    return attempt === undefined ? [] : [{ action, decision, attempt }];
  });
}

const keyOf = (id: string, day: number): string => `${day} ${id}`;

const statusOf = (decision: Decision): string =>
  decision.kind === 'send' ? 'handed' : decision.kind === 'hold' ? 'held' : decision.status;

type UntoldRow = { readonly body: Action; readonly decision: Decision; readonly attempts: number };
const untoldOf = (row: UntoldRow): Untold => ({ action: row.body, decision: row.decision, attempt: row.attempts });

const UNTOLD = `
  select body, decision, attempts from actions where not told and kept <= $1 order by kept, id limit $2`;

export async function untold(sql: Statements, now: Instant, age: Duration, max: number): Promise<readonly Untold[]> {
  return (await sql.rows<UntoldRow>(UNTOLD, [minus(now, age), max])).map(untoldOf);
}

const TOLD = `
  with locked as (
    select a.id, a.day from unnest($1::text[], $2::integer[], $3::integer[]) as x(id, day, attempts)
    join actions a using (id, day) where a.attempts = x.attempts and not a.told order by a.id for update of a)
  update actions a set told = true from locked where a.id = locked.id and a.day = locked.day`;

export async function told(sql: Statements, some: readonly Untold[]): Promise<void> {
  await sql.rows(TOLD, [
    column(some, (u) => u.action.id),
    column(some, (u) => dayOf(u.action.decided)),
    column(some, (u) => u.attempt),
  ]);
}

const SILENT: Decision = { kind: 'drop', status: 'unknown', reason: 'silent' };
const CLOSE_SILENT = `
  with silent as (
    select id, day from actions where status = 'handed' and expires <= $1 order by expires limit $2 for update skip locked)
  update actions a
  set status = 'unknown', reason = 'silent', decision = $3::json, kept = $4::bigint, told = false, changed = $4::bigint, due = null
  from silent where a.id = silent.id and a.day = silent.day
  returning a.body, a.decision, a.attempts`;

export async function closeSilent(sql: Statements, now: Instant, age: Duration, max: number): Promise<readonly Untold[]> {
  return (await sql.rows<UntoldRow>(CLOSE_SILENT, [minus(now, age), max, JSON.stringify(SILENT), now])).map(untoldOf);
}
