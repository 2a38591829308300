import type { Instant } from '@tripline/kernel';
import type { Switches } from '@tripline/ports';
import { SwitchEntity, type SwitchRow } from './entities/switch.entity.js';
import { lookAgain } from './gate-intake.js';
import type { Sql } from './sql.js';

/**
 * Stops in PostgreSQL. Setting one makes what it concerns due at once: held messages too are dropped, or go, within a look. The switch is in
 * force before that: what is held may be much, and a stop does not wait for it.
 */
export class PostgresSwitches implements Switches {
  constructor(private readonly sql: Sql) {}

  async set(scope: string, state: SwitchRow['state'], now: Instant, by: string): Promise<void> {
    await this.sql.entities((manager) => manager.upsert(SwitchEntity, { scope, state, at: now, by }, ['scope']));
    await lookAgain(this.sql, scope, now);
  }

  all(): Promise<readonly SwitchRow[]> {
    return this.sql.entities((manager) => manager.find(SwitchEntity, { order: { scope: 'ASC' } }));
  }
}
