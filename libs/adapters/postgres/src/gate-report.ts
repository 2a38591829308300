import { plus, type Instant } from '@tripline/kernel';
import { isFinal, type Receipt } from '@tripline/model';
import { RETRY_DEFAULT } from '@tripline/ports';
import { column, type Statements } from './sql.js';

const statement = (changes: string, applies: string): string => `
  with x as (
    select a.id, a.day, x.status, x.reason, x.at, x.attempt, x.due
    from unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::integer[], $6::bigint[])
           as x(id, status, reason, at, attempt, due)
    join actions a using (id) order by a.id for update of a),
  changed as (
    update actions a set ${changes}
    from x where a.id = x.id and a.day = x.day and ${applies})
  select count(*)::integer as known from x`;

/** Nobody has it in hand any more, and there is nothing left to tell. */
const CLOSED = 'due = null, leased = 0, told = true';
const OPEN = `a.status in ('waiting', 'held', 'handed', 'unknown')`;

const DUE = `case when a.recalled or exists (select 1 from switches s where s.scope in ('*', a.trigger) and s.state = 'stopped')
  then 0 else least(x.due, a.expires) end`;

const STATEMENTS = {
  /** A final status stays; only who was given up as unknown may turn out to have been sent. */
  final: statement(
    `status = x.status, reason = x.reason, changed = x.at, ${CLOSED}`,
    `(a.status in ('waiting', 'held', 'handed') or (a.status = 'unknown' and x.status = 'sent'))`,
  ),
  /** Only the attempt in hand can be put off: an older one is told again. No further than its expiry, and not at all where the gate would drop it. */
  deferred: statement(
    `status = 'held', reason = 'deferred', changed = x.at, due = ${DUE},
     leased = 0, told = true`,
    `a.status = 'handed' and coalesce(x.attempt, a.attempts) = a.attempts`,
  ),
  /** What comes after sending implies it, and is kept once each, in the order it came. */
  later: statement(
    `later = case when x.status = any(a.later) then a.later else a.later || x.status end,
      changed = case when ${OPEN} then x.at else a.changed end,
     reason = case when ${OPEN} then null else a.reason end,
     status = case when ${OPEN} then 'sent' else a.status end,
     due = null, leased = 0, told = a.told or ${OPEN}`,
    'true',
  ),
} as const;

const groupOf = (receipt: Receipt): keyof typeof STATEMENTS =>
  receipt.status === 'deferred' ? 'deferred' : isFinal(receipt.status) ? 'final' : 'later';

/** Applies receipts in their order, action by action; answers how many were of actions nobody knows. */
export async function report(sql: Statements, receipts: readonly Receipt[], now: Instant): Promise<number> {
  let unknown = 0;
  for (const round of roundsOf(receipts))
    for (const group of ['final', 'deferred', 'later'] as const) {
      const some = round.filter((receipt) => groupOf(receipt) === group);
      if (some.length > 0) unknown += some.length - (await apply(sql, STATEMENTS[group], some, now));
    }
  return unknown;
}

/** The n-th round holds each action's n-th receipt: one statement can change a row only once. */
function roundsOf(receipts: readonly Receipt[]): readonly Receipt[][] {
  const seen = new Map<string, number>();
  const rounds: Receipt[][] = [];
  for (const receipt of receipts) {
    const nth = seen.get(receipt.action) ?? 0;
    seen.set(receipt.action, nth + 1);
    (rounds[nth] ??= []).push(receipt);
  }
  return rounds;
}

async function apply(sql: Statements, text: string, receipts: readonly Receipt[], now: Instant): Promise<number> {
  const [row] = await sql.rows<{ known: number }>(text, [
    column(receipts, (r) => r.action),
    column(receipts, (r) => r.status),
    column(receipts, (r) => (r.status === 'sent' ? null : (r.reason ?? r.status))),
    column(receipts, (r) => r.at),
    column(receipts, (r) => r.attempt ?? null),
    column(receipts, (r) => r.retryAt ?? plus(now, RETRY_DEFAULT)),
  ]);
  return row?.known ?? 0;
}
