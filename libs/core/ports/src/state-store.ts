import type { Instant } from '@tripline/kernel';

/** A person's earliest pending instant, made durable. Ordered by `due`, then `deadline`, then `person` (by UTF-16 units); at most one a person. */
export type Timer = { readonly due: Instant; readonly deadline: Instant; readonly person: string };

/** The last record a checkpoint covers, kept to notice a truncated or recreated topic. `hash` is of its value. */
export type LastRecord = { readonly offset: number; readonly appended: Instant; readonly hash: string };

/** How far a task's state has come: all records before `next`, at `clock`. */
export type Checkpoint = { readonly next: number; readonly clock: Instant; readonly last?: LastRecord };

/** One atomic change of a task's state. */
export type TaskChange = {
  readonly checkpoint: Checkpoint;
  /** The new bytes of each person changed; null forgets the person. */
  readonly people: ReadonlyMap<string, Uint8Array | null>;
  /** Applied first removals, then additions. */
  readonly timersRemoved: readonly Timer[];
  readonly timersAdded: readonly Timer[];
  /** The definitions in force, where they changed. */
  readonly definitions?: Uint8Array;
};

/** The state of one task: people by id, timers by due time, the definitions in force. Reads are synchronous and see the last commit only. */
export interface TaskStore {
  /** Undefined for a task that never committed. */
  checkpoint(): Checkpoint | undefined;
  definitions(): Uint8Array | undefined;
  /** The bytes hold until the next read: decode them at once. */
  person(key: string): Uint8Array | undefined;
  /** The timers with `due` ≤ `until`, in order, at most `max`; those behind `after` where it is given (which need not exist). */
  timers(until: Instant, max: number, after?: Timer): readonly Timer[];
  /** All of the change or nothing; durable when resolved. One commit at a time. Reads in between see either the state before or after, never a part. */
  commit(change: TaskChange): Promise<void>;
  close(): Promise<void>;
}

/** Opens the state of tasks; a task is opened once at a time. */
export interface StateStore {
  open(task: number): Promise<TaskStore>;
}
