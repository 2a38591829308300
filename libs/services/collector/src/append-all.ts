import type { Entry, EventLog } from '@tripline/ports';
import { APPEND_ENTRIES_MAX } from './limits.js';

/** Appends in order, at most `APPEND_ENTRIES_MAX` at a time; resolves when all are acknowledged. `go` is asked before each append. */
export async function appendAll(log: EventLog, entries: readonly Entry[], go: () => boolean = () => true): Promise<void> {
  for (let from = 0; from < entries.length && go(); from += APPEND_ENTRIES_MAX)
    await log.append(entries.slice(from, from + APPEND_ENTRIES_MAX));
}
