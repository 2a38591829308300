import type { Instant, Json } from '@tripline/kernel';
import type { CausedBy } from '@tripline/model';

/** The value of one event, or of all events of a day. It counts in `[from, at + within)`. */
export type Entry = {
  /** Event time; of a bucket the newest. */
  readonly at: Instant;
  /** Event time, or for one that came late the instant from which it could be known; of a bucket the oldest. */
  readonly from: Instant;
  readonly value: Json;
  /** What caused it, where one of our own messages did. */
  readonly cause?: CausedBy;
  /** From history: what it changes is not told. */
  readonly silent?: true;
};

/** What is kept of one aggregate, oldest first. Entries before `coarse`, a midnight of UTC, are day buckets. */
export type Tally = { readonly entries: readonly Entry[]; readonly coarse?: Instant };

export const NO_TALLY: Tally = { entries: [] };
