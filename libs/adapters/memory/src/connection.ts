import { OperatingError } from '@tripline/kernel';
import type { Journal } from './table.js';
import type { Tables } from './tables.js';

/**
 * What one process does in the database.
 * I1. A transaction is done as a whole, in one microtask: no other is seen half done, and where it throws nothing of it is kept.
 * I2. It is done a moment after the call, in the order of calls, so that nobody comes to rely on reading what is not committed.
 * I3. Once closed, nothing is done any more, also of what was called before.
 */
export class Connection {
  #open = true;

  constructor(
    private readonly tables: Tables,
    private readonly journal: Journal,
  ) {}

  /** An `OperatingError` `memory-closed` once closed. */
  async transaction<T>(work: (tables: Tables) => T): Promise<T> {
    await Promise.resolve();
    if (!this.#open) throw new OperatingError('memory-closed', 'later', 'the connection is closed');
    return this.journal.atomically(() => work(this.tables));
  }

  close(): void {
    this.#open = false;
  }
}
