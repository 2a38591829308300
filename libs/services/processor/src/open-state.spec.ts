import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryObjectStore, MemoryStateStore } from '@tripline/adapters-memory';
import { encodeUtf8, OperatingError } from '@tripline/kernel';
import type { EventLog } from '@tripline/ports';
import { ManualClock, RecordingWatch } from '@tripline/testing-builders';
import { copyOfTask, fillTask, nextOf, textOf } from '../test/states.js';
import { openState, type StateParts } from './open-state.js';
import { RESTORE_GAIN_MIN, SNAPSHOT_LIMITS } from './snapshot-limits.js';
import { Snapshots, type Snapshot } from './snapshots.js';

const OWN = 1_000;
const FAR = OWN + RESTORE_GAIN_MIN;

describe('the state a task goes on from', () => {
  let objects: MemoryObjectStore;
  let store: MemoryStateStore;
  let watch: RecordingWatch;
  let snapshots: Snapshots;
  beforeEach(() => {
    objects = new MemoryObjectStore();
    store = new MemoryStateStore();
    watch = new RecordingWatch();
    snapshots = new Snapshots(objects, { topic: 'events', partitions: 8 }, new ManualClock());
  });

  const taken = async (next: number): Promise<Snapshot> =>
    (await snapshots.write(0, await copyOfTask(next, 10), () => true)) as Snapshot;
  const partsFor = (first = 0): StateParts => {
    const log = { bounds: () => Promise.resolve([{ partition: 0, first, end: 1e9 }]) } as unknown as EventLog;
    return { store, snapshots, log, topic: 'events', watch, limits: SNAPSHOT_LIMITS };
  };
  /** Where it goes on, and by whose state. */
  const opened = async (first = 0): Promise<[number | undefined, string | undefined, number | undefined]> => {
    const { store: task, newest } = await openState(partsFor(first), 0);
    const found = [nextOf(task), textOf(task.person('u:1')), newest?.next] as [
      number | undefined,
      string | undefined,
      number | undefined,
    ];
    await task.close();
    return found;
  };
  const corrupt = (snapshot: Snapshot): unknown => objects.objects.set(`${snapshot.name}/000000`, encodeUtf8('no'));

  test('a fresh disk: the newest snapshot', async () => {
    await taken(50);
    await taken(70);
    expect(await opened()).toEqual([70, 'u:1 at 70', 70]);
    expect(watch.lines.map(({ name }) => name)).toEqual(['processor.restored']);
  });

  test('a fresh disk and no snapshot, or no place for them: the log’s beginning', async () => {
    expect(await opened()).toEqual([undefined, undefined, undefined]);
    const { store: task } = await openState({ ...partsFor(), snapshots: undefined }, 0);
    expect(nextOf(task)).toBeUndefined();
    await task.close();
  });

  test.each([
    ['ahead of the newest snapshot', OWN - 1, OWN],
    ['as far as it', OWN, OWN],
    ['a little behind it: reading on is faster', FAR - 1, OWN],
    ['far behind it, as the disk of an instance that was away', FAR, FAR],
  ])('its own state, %s', async (_what, snapshot, expected) => {
    await fillTask(store, 0, OWN);
    await taken(snapshot);
    expect(await opened()).toEqual([expected, `u:1 at ${expected}`, snapshot]);
  });

  test('its own state where the log has gone on without it: a snapshot that is only a little newer serves', async () => {
    await fillTask(store, 0, OWN);
    await taken(OWN + 1);
    expect(await opened(OWN)).toEqual([OWN, `u:1 at ${OWN}`, OWN + 1]);
    expect(await opened(OWN + 1)).toEqual([OWN + 1, `u:1 at ${OWN + 1}`, OWN + 1]);
  });

  test('a damaged snapshot is said and counted, and the one before it is used', async () => {
    await taken(50);
    corrupt(await taken(70));
    expect(await opened()).toEqual([50, 'u:1 at 50', 50]);
    const [line] = watch.lines;
    expect([line?.level, line?.name, line?.fields['code']]).toEqual(['error', 'processor.snapshot-unreadable', 'object-damaged']);
    expect(watch.counts.get('tripline_processor_restores_total')).toBe(2);
  });

  test('where none can be read its own state is used, whole', async () => {
    await fillTask(store, 0, OWN);
    corrupt(await taken(FAR));
    expect((await opened()).slice(0, 2)).toEqual([OWN, `u:1 at ${OWN}`]);
  });

  test('one of a newer build is passed over for an older one', async () => {
    await taken(50);
    objects.objects.set(`${(await taken(70)).name}/manifest`, encodeUtf8('{"form":99}'));
    expect((await opened())[0]).toBe(50);
  });

  test('one of another installation is refused: it is not guessed which is right', async () => {
    const others = new Snapshots(objects, { topic: 'events', partitions: 64 }, new ManualClock());
    await others.write(0, await copyOfTask(70, 10), () => true);
    await expect(openState(partsFor(), 0)).rejects.toMatchObject({ code: 'snapshot-foreign', retry: 'never' });
  });

  test('storage that does not answer: it is tried again, and nothing is left open', async () => {
    await fillTask(store, 0, OWN);
    const list = objects.list.bind(objects);
    objects.list = () => Promise.reject(new OperatingError('object-store', 'later', 'no answer'));
    await expect(openState(partsFor(), 0)).rejects.toMatchObject({ code: 'object-store', retry: 'later' });
    objects.list = list;
    expect((await opened())[0]).toBe(OWN);
    await taken(FAR);
    const get = objects.get.bind(objects);
    objects.get = () => Promise.reject(new OperatingError('object-store', 'later', 'no answer'));
    await expect(openState(partsFor(), 0)).rejects.toMatchObject({ code: 'object-store', retry: 'later' });
    objects.get = get;
    expect((await opened())[0]).toBe(FAR);
  });
});
