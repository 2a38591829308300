import { assert, type Duration, type Instant } from '@tripline/kernel';
import type { Action, Receipt, Recall } from '@tripline/model';
import { CLAIM_MAX, type Gatehouse, type Untold, type Waiting, type Watch } from '@tripline/ports';
import type { Connection } from './connection.js';
import { claim } from './gate-claim.js';
import { closeSilent, decide, told, untold, type Decided } from './gate-decide.js';
import { admit, keepRecalls } from './gate-intake.js';
import { report } from './gate-report.js';

/**
 * The gate's truth in memory. Each call is one transaction.
 * I1. `due` is set exactly while an action is waiting or held; a claim is a lease on such a row, nothing more.
 * I2. A decision takes hold only on a row still undecided; so of two gates with the same row one is answered nothing.
 */
export class MemoryGatehouse implements Gatehouse {
  constructor(
    private readonly connection: Connection,
    private readonly watch: Watch | undefined,
  ) {}

  admit(actions: readonly Action[], now: Instant): Promise<number> {
    return this.connection.transaction((tables) => admit(tables, actions, now));
  }

  recall(recalls: readonly Recall[], now: Instant): Promise<void> {
    return this.connection.transaction((tables) => keepRecalls(tables, recalls, now));
  }

  claim(now: Instant, lease: Duration, max: number): Promise<readonly Waiting[]> {
    assert(max > 0 && max <= CLAIM_MAX, `a claim is of 1 to ${CLAIM_MAX} actions`);
    return this.connection.transaction((tables) => claim(tables, now, lease, max));
  }

  decide(decisions: readonly Decided[], now: Instant): Promise<readonly Untold[]> {
    return this.connection.transaction((tables) => decide(tables, decisions, now));
  }

  untold(now: Instant, age: Duration, max: number): Promise<readonly Untold[]> {
    return this.connection.transaction((tables) => untold(tables, now, age, max));
  }

  told(all: readonly Untold[]): Promise<void> {
    return this.connection.transaction((tables) => told(tables, all));
  }

  async report(receipts: readonly Receipt[], now: Instant): Promise<void> {
    const unknown = await this.connection.transaction((tables) => report(tables, receipts, now));
    if (unknown > 0) this.watch?.meter.count('tripline_memory_receipts_unmatched_total', {}, unknown);
  }

  closeSilent(now: Instant, age: Duration, max: number): Promise<readonly Untold[]> {
    return this.connection.transaction((tables) => closeSilent(tables, now, age, max));
  }
}
