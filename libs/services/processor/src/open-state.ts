import { OperatingError } from '@tripline/kernel';
import type { EventLog, StateStore, TaskStore, Watch } from '@tripline/ports';
import type { SnapshotLimits } from './snapshot-limits.js';
import { boundsOf } from './position.js';
import type { Snapshot, Snapshots } from './snapshots.js';

export type StateParts = {
  readonly store: StateStore;
  readonly snapshots: Snapshots | undefined;
  readonly log: EventLog;
  readonly topic: string;
  readonly watch: Watch;
  readonly limits: SnapshotLimits;
};

/** A task's state, and the newest snapshot there is of it. */
export type OpenedState = { readonly store: TaskStore; readonly newest: Snapshot | undefined };

/**
 * Opens the state a task goes on from: its own, or the newest snapshot where that is missing, far behind, or older than the log's beginning. One
 * that is damaged is said and counted, and the one before it is used; where none can be read its own state is, if there is one.
 */
export async function openState(parts: StateParts, task: number): Promise<OpenedState> {
  const { store, snapshots } = parts;
  const own = await store.open(task);
  if (snapshots === undefined) return { store: own, newest: undefined };
  const { all, better } = await lookAround(parts, snapshots, task, own).catch(async (error: unknown) => {
    await own.close();
    throw error;
  });
  if (better.length === 0) return { store: own, newest: all[0] };
  await own.close();
  const restored = await restoreFirst(parts, snapshots, task, better);
  return { store: await store.open(task), newest: restored ?? all[0] };
}

type Around = { readonly all: readonly Snapshot[]; readonly better: readonly Snapshot[] };

/** The snapshots there are, and those that are better than its own state. */
async function lookAround(
  { log, topic, limits }: StateParts,
  snapshots: Snapshots,
  task: number,
  own: TaskStore,
): Promise<Around> {
  const all = await snapshots.list(task);
  const next = own.checkpoint()?.next;
  if (next === undefined) return { all, better: all };
  const { first = 0 } = (await boundsOf(log, topic, task)) ?? {};
  const gain = first > next ? 1 : limits.restoreGainMin;
  return { all, better: all.filter((snapshot) => snapshot.next - next >= gain) };
}

/** The first that can be read whole. */
async function restoreFirst(
  { store, watch }: StateParts,
  snapshots: Snapshots,
  task: number,
  wanted: readonly Snapshot[],
): Promise<Snapshot | undefined> {
  for (const snapshot of wanted) {
    try {
      await store.replace(task, await snapshots.open(task, snapshot));
      watch.meter.count('tripline_processor_restores_total', { result: 'restored' });
      watch.logger.info('processor.restored', { partition: task, snapshot: snapshot.name, next: snapshot.next });
      return snapshot;
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      watch.meter.count('tripline_processor_restores_total', { result: error.code });
      watch.logger.error('processor.snapshot-unreadable', { partition: task, code: error.code, error: error.message });
    }
  }
  return undefined;
}

const isUnreadable = (error: unknown): error is OperatingError =>
  error instanceof OperatingError && (error.code === 'object-damaged' || error.code === 'snapshot-unknown');
