/* eslint-disable @nx/enforce-module-boundaries -- what specs stand on: it may import what they may */
import { MemoryStateStore } from '@tripline/adapters-memory';
import { decodeUtf8, encodeUtf8, makeInstant } from '@tripline/kernel';
import type { StateCopy, TaskStore } from '@tripline/ports';

/** A task of a few thousand people that has read `next` records; each is what `next` made of them. */
export async function fillTask(store: MemoryStateStore, task: number, next: number, people = 3_000): Promise<void> {
  const opened = await store.open(task);
  const keys = Array.from({ length: people }, (_, i) => `u:${i}`);
  await opened.commit({
    checkpoint: { next, clock: makeInstant(next) },
    people: new Map(keys.map((key) => [key, encodeUtf8(`${key} at ${next}`)])),
    timersRemoved: [],
    timersAdded: keys.map((person, i) => ({ due: makeInstant(i), deadline: makeInstant(i), person })),
    definitions: encodeUtf8(`in force at ${next}`),
  });
  await opened.close();
}

/** The copy of such a task, with its store. */
export async function copyOfTask(next: number, people?: number): Promise<StateCopy> {
  const store = new MemoryStateStore();
  await fillTask(store, 0, next, people);
  return (await store.open(0)).copy() as StateCopy;
}

export const nextOf = (store: TaskStore): number | undefined => store.checkpoint()?.next;
export const textOf = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : decodeUtf8(bytes);
