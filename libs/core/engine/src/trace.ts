import type { JsonObject } from '@tripline/kernel';

/**
 * One thing that was looked at or decided while one input was applied, for who asks why. `what` is its dotted name: every notice under its
 * own, and beside them
 * `where` (a predicate: its text, the values it read, its answer), `key` (none could be read), `attempt.opened`, `attempt.taken` (an event kept as a
 * fact), `attempt.waits` (for what, until when), `attempt.failed`, `attempt.complete`, `guard`, `fired`, `exit`, `recalled`,
 * `date.awaited` (what the calendar now holds), `date.changed` (a run of another date), `membership`.
 */
export type TraceEntry = {
  readonly what: string;
  readonly trigger?: string;
  readonly version?: number;
  readonly run?: string;
  readonly detail?: JsonObject;
};

/** Told of everything as it is decided. It must not throw. */
export type Tracer = (entry: TraceEntry) => void;
