import type { JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';

/**
 * One thing that was looked at or decided while one input was applied, for who asks why. `what` is its dotted name, which `says` puts into a
 * sentence: every notice under its own, and beside them the predicates (`where`, `guard`, `branch`, `limit`, `exit.is`, `look`: what was asked, the
 * values it read, its answer) and what became of attempts, runs and waits.
 */
export type TraceEntry = {
  readonly what: string;
  readonly trigger?: string;
  readonly version?: number;
  readonly run?: string;
  readonly detail?: JsonObject;
  /** By what, where that is an event that waited for what was due before it and not the input itself. */
  readonly event?: Event;
};

/** Told of everything as it is decided. It must not throw. */
export type Tracer = (entry: TraceEntry) => void;
