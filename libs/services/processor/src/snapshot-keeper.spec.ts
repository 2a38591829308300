import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryObjectStore } from '@tripline/adapters-memory';
import { milliseconds, OperatingError, plus } from '@tripline/kernel';
import type { StateCopy } from '@tripline/ports';
import { ManualClock, RecordingWatch } from '@tripline/testing-builders';
import { copyOfTask } from '../test/states.js';
import { ReplayEstimate } from './replay-estimate.js';
import { DRAIN_FOR, SNAPSHOT_AGE_MAX, SnapshotKeeper, type Copied } from './snapshot-keeper.js';
import { REPLAY_MAX, SNAPSHOT_LIMITS, SNAPSHOT_SPACING } from './snapshot-limits.js';
import { Snapshots } from './snapshots.js';

/** One record, one millisecond. */
const MAX = REPLAY_MAX as number;
type Fake = { partition: number; position: number; copies: number; closed: number; copy(): StateCopy | undefined };

describe('the keeper of snapshots', () => {
  let objects: MemoryObjectStore;
  let clock: ManualClock;
  let watch: RecordingWatch;
  let tasks: Fake[];
  let keeper: SnapshotKeeper;
  let snapshots: Snapshots;
  const copies = new Map<number, StateCopy>();
  beforeEach(() => {
    objects = new MemoryObjectStore();
    clock = new ManualClock();
    watch = new RecordingWatch();
    tasks = [];
    copies.clear();
    const estimate = new ReplayEstimate();
    estimate.worked(1_000, 1_000);
    snapshots = new Snapshots(objects, { topic: 'events', partitions: 8 }, clock);
    keeper = new SnapshotKeeper({
      snapshots,
      estimate,
      clock,
      watch,
      limits: SNAPSHOT_LIMITS,
      tasks: (): Iterable<Copied> => tasks,
    });
  });

  /** A task that has come to this position, and has committed it. */
  const task = async (partition: number, position: number): Promise<Fake> => {
    const moved = tasks.find((each) => each.partition === partition);
    const copy = await copyOfTask(position, 10);
    copies.set(partition, copy);
    if (moved !== undefined) {
      moved.position = position;
      return moved;
    }
    const made: Fake = {
      partition,
      position,
      copies: 0,
      closed: 0,
      copy() {
        made.copies++;
        const held = copies.get(partition);
        return held === undefined ? undefined : { ...held, close: () => void made.closed++ };
      },
    };
    tasks.push(made);
    return made;
  };
  const taken = async (partition = 0): Promise<number[]> => (await snapshots.list(partition)).map(({ next }) => next);

  test('is due when replaying would take longer than a minute, not before', async () => {
    await task(0, MAX);
    await keeper.round();
    expect(await taken()).toEqual([]);
    const one = await task(0, MAX + 1);
    await keeper.round();
    expect([await taken(), one.closed]).toEqual([[MAX + 1], 1]);
  });

  test('the minute is of all tasks together, and counts from the newest snapshot', async () => {
    await task(0, MAX / 2 + 10);
    await task(1, 5);
    await keeper.round();
    expect(await taken()).toEqual([MAX / 2 + 10]);
    await task(0, MAX + 10);
    clock.advance(SNAPSHOT_SPACING);
    await keeper.round();
    expect(await taken()).toEqual([MAX / 2 + 10]);
    await task(0, MAX + 11);
    await keeper.round();
    expect(await taken()).toEqual([MAX + 11, MAX / 2 + 10]);
  });

  test('the one that a task was opened with counts', async () => {
    await task(0, MAX + 1);
    keeper.opened(0, { name: 'x', next: 2, taken: clock.now() });
    await keeper.round();
    expect(await taken()).toEqual([]);
    keeper.opened(0, undefined);
    await keeper.round();
    expect(await taken()).toEqual([MAX + 1]);
  });

  test('the longest replay first, one a round, and one task no more often than its spacing', async () => {
    await task(0, 2 * MAX);
    await task(1, 3 * MAX);
    await keeper.round();
    expect([await taken(0), await taken(1)]).toEqual([[], [3 * MAX]]);
    await task(1, 9 * MAX);
    await keeper.round();
    expect([await taken(0), await taken(1)]).toEqual([[2 * MAX], [3 * MAX]]);
    clock.advance(milliseconds(SNAPSHOT_SPACING - 1));
    await keeper.round();
    expect(await taken(1)).toEqual([3 * MAX]);
    clock.advance(milliseconds(1));
    await keeper.round();
    expect(await taken(1)).toEqual([9 * MAX, 3 * MAX]);
  });

  test('a task that goes on slowly gets one before the log forgets; one that stands gets none', async () => {
    await task(0, 100);
    keeper.opened(0, { name: 'x', next: 100, taken: clock.now() });
    clock.advance(SNAPSHOT_AGE_MAX);
    await keeper.round();
    expect(await taken()).toEqual([]);
    await task(0, 101);
    await keeper.round();
    expect(await taken()).toEqual([101]);
  });

  test('of a commit that a snapshot covers already there is no other', async () => {
    const one = await task(0, MAX + 1);
    await keeper.round();
    one.position = 3 * MAX;
    clock.advance(SNAPSHOT_SPACING);
    await keeper.round();
    expect([await taken(), one.copies, one.closed]).toEqual([[MAX + 1], 2, 2]);
  });

  test('storage that fails is said and counted, and asked again after a while', async () => {
    const one = await task(0, MAX + 1);
    const put = objects.put.bind(objects);
    objects.put = () => Promise.reject(new OperatingError('object-store', 'later', 'no answer'));
    await keeper.round();
    await keeper.round();
    expect([one.copies, one.closed]).toEqual([1, 1]);
    expect(watch.lines.at(-1)).toMatchObject({ level: 'warn', name: 'processor.snapshot-failed' });
    objects.put = put;
    clock.advance(SNAPSHOT_SPACING);
    await keeper.round();
    expect(await taken()).toEqual([MAX + 1]);
  });

  test('a task that closes ends the snapshot of it, and waits for nothing but the object under way', async () => {
    const one = await task(0, MAX + 1);
    let go = (): void => undefined;
    objects.put = () => new Promise((resolve) => (go = resolve));
    const round = keeper.round();
    await new Promise(setImmediate);
    let closed = false;
    const closing = keeper.closing(0).then(() => (closed = true));
    await keeper.closing(1);
    await new Promise(setImmediate);
    expect(closed).toBe(false);
    go();
    await closing;
    await round;
    expect([await taken(), one.closed]).toEqual([[], 1]);
  });

  test('the end: the longest replays first, those that are worth it, as long as there is time', async () => {
    await task(0, 1_500);
    await task(1, 999);
    await task(2, 3_000);
    const order: string[] = [];
    const put = objects.put.bind(objects);
    objects.put = (name, bytes) => {
      if (name.endsWith('manifest')) order.push(name.split('/')[2] as string);
      return put(name, bytes);
    };
    await keeper.drain();
    expect(order).toEqual(['2', '0']);
  });

  test('the end: time is up', async () => {
    await task(0, 2_000);
    await task(1, 3_000);
    const put = objects.put.bind(objects);
    objects.put = (name, bytes) => {
      clock.advance(milliseconds(DRAIN_FOR / 2));
      return put(name, bytes);
    };
    const began = clock.now();
    await keeper.drain();
    expect([await taken(1), await taken(0), clock.now()]).toEqual([[3_000], [], plus(began, DRAIN_FOR)]);
    expect(watch.lines.at(-1)).toMatchObject({ level: 'warn', name: 'processor.drain-too-long' });
  });

  test('shows how long whoever takes over would replay', async () => {
    await task(0, 1_500);
    await keeper.round();
    expect(watch.gauges.get('tripline_processor_replay_seconds')).toBe(1.5);
  });
});
