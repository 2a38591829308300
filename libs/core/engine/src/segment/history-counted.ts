import { later, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { hashId } from '../person/messages-seen.js';

/** Historical events of which one segment and person knows that they were counted; past it the oldest gives way. */
export const HISTORY_MAX = 1_000;

/**
 * Which events of history a segment has counted, so that the same import counts once, whenever it is repeated.
 * H1. Those that may still count: at most as old as the longest window.
 * H2. What gave way leaves behind how far: history up to `before`, inclusive, is not counted any more, for it may have been.
 */
export type HistoryCounted = {
  /** Event time and hash of the message id, oldest first. */
  readonly ids: readonly (readonly [at: Instant, hash: number])[];
  readonly before?: Instant;
};

/** Was it counted? `unknown`: it is history, and so old that it may have been. */
export function wasCounted(history: HistoryCounted | undefined, event: Event): 'yes' | 'no' | 'unknown' {
  if (history === undefined) return 'no';
  const hash = hashId(event.id);
  if (history.ids.some(([, each]) => each === hash)) return 'yes';
  return event.historical === true && event.timestamp <= (history.before ?? event.timestamp - 1) ? 'unknown' : 'no';
}

/** With an event that counts now. */
export function withCounted(history: HistoryCounted | undefined, { id, timestamp }: Event): HistoryCounted {
  const { ids, before } = history ?? { ids: [] };
  const older = ids.filter(([at]) => at <= timestamp);
  return bounded([...older, [timestamp, hashId(id)], ...ids.slice(older.length)], before);
}

/** What either id of one person has counted; undefined: nothing. */
export function mergedHistory(a: HistoryCounted | undefined, b: HistoryCounted | undefined): HistoryCounted | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const known = new Set(a.ids.map(([, hash]) => hash));
  const ids = [...a.ids, ...b.ids.filter(([, hash]) => !known.has(hash))].sort(([one], [other]) => one - other);
  return bounded(ids, a.before === undefined || b.before === undefined ? (a.before ?? b.before) : later(a.before, b.before));
}

function bounded(ids: HistoryCounted['ids'], before: Instant | undefined): HistoryCounted {
  const gone = ids.at(-1 - HISTORY_MAX)?.[0];
  if (gone === undefined) return before === undefined ? { ids } : { ids, before };
  return { ids: ids.slice(-HISTORY_MAX), before: before === undefined ? gone : later(before, gone) };
}

/** Without what is outside of every window after `horizon`; undefined where nothing is left. */
export function stillCounted(history: HistoryCounted, longest: Duration, horizon: Instant): HistoryCounted | undefined {
  const isIn = (at: Instant): boolean => plus(at, longest) > horizon;
  const ids = history.ids.every(([at]) => isIn(at)) ? history.ids : history.ids.filter(([at]) => isIn(at));
  const { before } = history;
  if (before !== undefined && isIn(before)) return { ids, before };
  return ids.length === 0 ? undefined : { ids };
}
