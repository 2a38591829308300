import { assert, type Duration, type Instant } from '@tripline/kernel';
import type { Action, Receipt, Recall } from '@tripline/model';
import { CLAIM_MAX, type Gatehouse, type Untold, type Waiting, type Watch } from '@tripline/ports';
import { ActionDays, dayOf } from './action-days.js';
import { claim } from './gate-claim.js';
import { closeSilent, decide, told, untold, type Decided } from './gate-decide.js';
import { admit, keepRecalls } from './gate-intake.js';
import { report } from './gate-report.js';
import type { Sql, Statements } from './sql.js';

/** Rows one statement writes, at most; more go in several. */
const ROWS_MAX = 5_000;

/**
 * The gate's truth in PostgreSQL.
 * I1. `due` is set exactly while an action is waiting or held; a claim is a lease on such a row, nothing more.
 * I2. A decision takes hold only on a row still undecided, under its lock; so of two gates with the same row one is answered nothing.
 * I3. `told` is false exactly while a decision's consequence may not be in the log.
 * I4. A recall is in `recalls` before any row is marked, and attempts look there: what it comes too late for here, it meets at the dispatcher.
 */
export class PostgresGatehouse implements Gatehouse {
  readonly #days: ActionDays;

  constructor(
    private readonly sql: Sql,
    private readonly watch: Watch | undefined,
  ) {
    this.#days = new ActionDays(sql);
  }

  async admit(actions: readonly Action[], now: Instant): Promise<number> {
    let fresh = 0;
    await this.#days.make(new Set(actions.map((action) => dayOf(action.decided))), now);
    for (const some of slices(actions)) fresh += await admit(this.sql, some, now);
    return fresh;
  }

  async recall(recalls: readonly Recall[], now: Instant): Promise<void> {
    for (const some of slices(recalls)) await this.sql.transaction((sql) => keepRecalls(sql, some, now));
  }

  claim(now: Instant, lease: Duration, max: number): Promise<readonly Waiting[]> {
    assert(max > 0 && max <= CLAIM_MAX, `a claim is of 1 to ${CLAIM_MAX} actions`);
    return this.#quickly((sql) => claim(sql, now, lease, max));
  }

  async decide(decisions: readonly Decided[], now: Instant): Promise<readonly Untold[]> {
    const kept: Untold[] = [];
    for (const some of slices(decisions)) kept.push(...(await decide(this.sql, some, now)));
    return kept;
  }

  untold(now: Instant, age: Duration, max: number): Promise<readonly Untold[]> {
    return untold(this.sql, now, age, max);
  }

  async told(all: readonly Untold[]): Promise<void> {
    for (const some of slices(all)) await this.#quickly((sql) => told(sql, some));
  }

  async report(receipts: readonly Receipt[], now: Instant): Promise<void> {
    for (const some of slices(receipts)) {
      const unknown = await this.sql.transaction((sql) => report(sql, some, now));
      if (unknown > 0) this.watch?.meter.count('tripline_postgres_receipts_unmatched_total', {}, unknown);
    }
  }

  /** A transaction that does not wait for the disk: what a crash of the server would undo of it is only done again. */
  #quickly<T>(work: (sql: Statements) => Promise<T>): Promise<T> {
    return this.sql.transaction(async (sql) => {
      await sql.rows('set local synchronous_commit to off');
      return work(sql);
    });
  }

  closeSilent(now: Instant, age: Duration, max: number): Promise<readonly Untold[]> {
    return closeSilent(this.sql, now, age, max);
  }
}

function* slices<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let i = 0; i < items.length; i += ROWS_MAX) yield items.slice(i, i + ROWS_MAX);
}
