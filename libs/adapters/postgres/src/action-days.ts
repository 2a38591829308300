import type { Instant } from '@tripline/kernel';
import { sqlState } from './translate-error.js';
import type { Statements } from './sql.js';

const DAY_MS = 86_400_000;
/** Percent of a page that is filled at first: a claim finds room beside its row, and no index needs to know. */
const FILL = 70;
/** Days with a partition of their own, around now; what was decided outside of them lies together in one. */
export const DAYS_BACK_MAX = 60;
export const DAYS_AHEAD_MAX = 2;
/** SQLSTATE of a partition that exists, or whose day has rows in the common one already. */
const ALREADY = ['42P07', '23514', '23505'];

/** The UTC day of an instant, counted from 1970. */
export const dayOf = (at: Instant): number => Math.floor(at / DAY_MS);

/** Makes the partitions of actions as days come up; several processes may do so at once. */
export class ActionDays {
  readonly #made = new Set<number>();

  constructor(private readonly sql: Statements) {}

  async make(days: ReadonlySet<number>, now: Instant): Promise<void> {
    const today = dayOf(now);
    for (const day of days) {
      if (this.#made.has(day) || day < today - DAYS_BACK_MAX || day > today + DAYS_AHEAD_MAX) continue;
      await this.#makeOne(day);
      this.#made.add(day);
    }
  }

  async #makeOne(day: number): Promise<void> {
    try {
      await this.sql.rows(
        `create table if not exists actions_${day} partition of actions for values in (${day}) with (fillfactor = ${FILL})`,
      );
    } catch (error) {
      if (!ALREADY.includes(sqlState(error) ?? '')) throw error;
    }
  }
}
