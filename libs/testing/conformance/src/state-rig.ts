import { afterEach, beforeEach } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import type { Checkpoint, StateStore, TaskChange, TaskStore, Timer } from '@tripline/ports';

/** A place where states are kept; `store` makes the adapter over it anew, as a restarted process would. */
export type StateStorePlace = { store(): StateStore; close(): Promise<void> };

export const END = makeInstant(8_000_000_000_000);
export const timer = (due: number, deadline: number, person: string): Timer => ({
  due: makeInstant(due),
  deadline: makeInstant(deadline),
  person,
});
export const checkpointAt = (next: number): Checkpoint => ({ next, clock: makeInstant(next * 10) });
export const change = (next: number, fields: Partial<TaskChange> = {}): TaskChange => ({
  checkpoint: checkpointAt(next),
  people: new Map(),
  timersRemoved: [],
  timersAdded: [],
  ...fields,
});
export const people = (entries: Record<string, string | null>): Map<string, Uint8Array | null> =>
  new Map(Object.entries(entries).map(([key, text]) => [key, text === null ? null : encodeUtf8(text)]));

/** The store of one task in a place of its own for each test. */
export class StateRig {
  place!: StateStorePlace;
  task!: TaskStore;

  constructor(open: () => Promise<StateStorePlace>) {
    beforeEach(async () => {
      this.place = await open();
      this.task = await this.place.store().open(3);
    });
    afterEach(async () => {
      await this.task.close();
      await this.place.close();
    });
  }

  readonly reopen = async (): Promise<void> => {
    await this.task.close();
    this.task = await this.place.store().open(3);
  };

  textOf(person: string): string | undefined {
    const bytes = this.task.person(person);
    return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
  }
}
