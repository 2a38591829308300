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

/** Rows of a part, at the most. */
export const PART_ROWS_MAX = 2_000;

/** Some of a state on its way from one store to another. */
export type StatePart = { readonly people: ReadonlyMap<string, Uint8Array>; readonly timers: readonly Timer[] };

/** The state of a task as of one commit, held still. Close it: what it holds still takes room on the disk. */
export interface StateCopy {
  readonly checkpoint: Checkpoint;
  readonly definitions: Uint8Array | undefined;
  /** All people and timers, in parts of at most `PART_ROWS_MAX` rows, each read when it is asked for. The bytes are the caller's. */
  parts(): Iterable<StatePart>;
  close(): void;
}

/** A whole state, to be put in the place of what a store has. */
export type WholeState = Pick<StateCopy, 'checkpoint' | 'definitions'> & { parts(): AsyncIterable<StatePart> };

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
  /** The state of the last commit; undefined for a task that never committed. Later commits do not show in it. */
  copy(): StateCopy | undefined;
  close(): Promise<void>;
}

/** Opens the state of tasks; a task is opened once at a time. */
export interface StateStore {
  open(task: number): Promise<TaskStore>;
  /** Puts a state in the place of what the task has, which must not be open. Rejected or interrupted: the task is as it was, or as one that never committed. */
  replace(task: number, state: WholeState): Promise<void>;
}
