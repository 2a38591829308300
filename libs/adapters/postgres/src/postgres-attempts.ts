import { minus, type Duration, type Instant } from '@tripline/kernel';
import type { Dispatch } from '@tripline/model';
import type { AttemptLedger, Begun, SendResult } from '@tripline/ports';
import type { Sql } from './sql.js';

type BeginRow = {
  readonly begun: number | null;
  readonly finished: number | null;
  readonly result: SendResult | null;
  readonly refused: string | null;
  readonly began: boolean;
};

/** Looks for a recall (and a stop) and writes the attempt in one statement: the last moment for either is the call itself. */
const BEGIN = `
  with seen as (select begun::float8, finished::float8, result from attempts where action = $1 and attempt = $2),
  refused as (
    select coalesce(
      (select reason from recalls where action = $1),
      (select 'stopped' from switches where scope in ('*', $5) and state = 'stopped' limit 1)) as reason),
  began as (
    insert into attempts (action, attempt, provider, begun)
    select $1, $2::integer, $3, $4::bigint from refused
    where refused.reason is null and $6::bigint > $4::bigint and not exists (select 1 from seen)
    on conflict do nothing returning 1)
  select seen.begun, seen.finished, seen.result, refused.reason as refused, exists (select 1 from began) as began
  from refused left join seen on true`;

const FINISH = `
  update attempts set finished = $3, result = $4::json where action = $1 and attempt = $2 and finished is null`;

/** Calls to providers, written down in PostgreSQL. */
export class PostgresAttempts implements AttemptLedger {
  constructor(private readonly sql: Sql) {}

  async begin(dispatch: Dispatch, provider: string, now: Instant, patience: Duration): Promise<Begun> {
    const { action, attempt, trigger, expires } = dispatch;
    const [row] = await this.sql.rows<BeginRow>(BEGIN, [action, attempt, provider, now, trigger, expires]);
    if (row === undefined || row.began) return { kind: 'go' };
    if (row.finished !== null && row.result !== null) return { kind: 'done', result: row.result };
    if (row.begun !== null && row.begun > minus(now, patience)) return { kind: 'busy' };
    if (row.begun !== null) return { kind: 'unfinished', over: row.refused !== null || expires <= now };
    if (row.refused !== null) return { kind: 'recalled', reason: row.refused };
    return { kind: expires <= now ? 'expired' : 'busy' };
  }

  /** The first result stays. */
  async finish(dispatch: Dispatch, result: SendResult, now: Instant): Promise<void> {
    await this.sql.rows(FINISH, [dispatch.action, dispatch.attempt, now, JSON.stringify(result)]);
  }
}
