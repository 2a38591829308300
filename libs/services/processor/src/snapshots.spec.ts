import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryObjectStore, MemoryStateStore } from '@tripline/adapters-memory';
import { encodeUtf8, makeDuration, makeInstant } from '@tripline/kernel';
import { ManualClock } from '@tripline/testing-builders';
import { copyOfTask, nextOf, textOf } from '../test/states.js';
import { LEFT_BEHIND, SNAPSHOT_OBJECT_BYTES, Snapshots, SNAPSHOTS_KEPT, type Snapshot } from './snapshots.js';

const always = (): boolean => true;

describe('snapshots of a task', () => {
  let objects: MemoryObjectStore;
  let clock: ManualClock;
  let snapshots: Snapshots;
  beforeEach(() => {
    objects = new MemoryObjectStore();
    clock = new ManualClock();
    snapshots = new Snapshots(objects, { topic: 'events', partitions: 8 }, clock);
  });
  const write = async (next: number, people?: number): Promise<Snapshot> =>
    (await snapshots.write(0, await copyOfTask(next, people), always)) as Snapshot;
  const nextsOf = async (task = 0): Promise<number[]> => (await snapshots.list(task)).map(({ next }) => next);

  test('what was written is restored whole: people, timers, definitions, checkpoint', async () => {
    const taken = await write(70);
    const store = new MemoryStateStore();
    await store.replace(0, await snapshots.open(0, taken));
    const [restored, original] = [await store.open(0), await copyOfTask(70)];
    expect(restored.checkpoint()).toEqual(original.checkpoint);
    expect(textOf(restored.definitions())).toBe('in force at 70');
    expect(textOf(restored.person('u:2999'))).toBe('u:2999 at 70');
    expect([...(restored.copy()?.parts() ?? [])]).toEqual([...original.parts()]);
  });

  test('a state of many megabytes is written in objects of a few, and a task that read nothing in one manifest', async () => {
    await write(70, 250_000);
    const sizes = [...objects.objects].filter(([name]) => !name.endsWith('manifest')).map(([, bytes]) => bytes.length);
    expect(sizes.length).toBeGreaterThan(2);
    expect(Math.max(...sizes)).toBeLessThan(1.1 * SNAPSHOT_OBJECT_BYTES);
    objects.objects.clear();
    await write(0, 0);
    expect(objects.objects.size).toBe(1);
  });

  test('the newest state comes first, whoever wrote it when; tasks do not see each other’s', async () => {
    for (const next of [900, 1_000, 70]) {
      await write(next);
      clock.advance(makeDuration(1_000));
    }
    expect(await nextsOf()).toEqual([1_000, 900, 70]);
    expect(await nextsOf(1)).toEqual([]);
    await snapshots.write(10, await copyOfTask(5), always);
    expect([await nextsOf(1), await nextsOf(10)]).toEqual([[], [5]]);
  });

  test('without its manifest it is none; so is one whose task went away while it was written', async () => {
    const taken = await write(70);
    objects.objects.delete(`${taken.name}/manifest`);
    let left = 1;
    expect(await snapshots.write(0, await copyOfTask(80), () => left-- > 0)).toBeUndefined();
    expect(await nextsOf()).toEqual([]);
  });

  test('a few are kept: of an older one the manifest goes first', async () => {
    for (let next = 1; next <= SNAPSHOTS_KEPT + 2; next++) await write(next);
    const removed: string[] = [];
    const { remove } = objects;
    objects.remove = (name) => {
      removed.push(name);
      return remove(name);
    };
    await snapshots.prune(0);
    expect(await nextsOf()).toEqual([5, 4, 3]);
    expect(removed.map((name) => name.split('/').slice(-2).join('/').replace(/-\d+/, ''))).toEqual([
      '0000000000000002/manifest',
      '0000000000000002/000000',
      '0000000000000001/manifest',
      '0000000000000001/000000',
    ]);
  });

  test('what a writer left behind is removed once nobody can be writing it any more', async () => {
    const left = await write(70);
    objects.objects.delete(`${left.name}/manifest`);
    clock.advance(makeDuration(LEFT_BEHIND));
    await snapshots.prune(0);
    expect(objects.objects.size).toBeGreaterThan(0);
    clock.advance(makeDuration(1));
    await snapshots.prune(0);
    expect(objects.objects.size).toBe(0);
  });

  test('an object that is missing, or has another length, is damage', async () => {
    const taken = await write(70);
    const name = `${taken.name}/000000`;
    const whole = objects.objects.get(name) as Uint8Array;
    const restored = async (): Promise<unknown> => new MemoryStateStore().replace(0, await snapshots.open(0, taken));
    objects.objects.set(name, whole.subarray(1));
    await expect(restored()).rejects.toMatchObject({ code: 'object-damaged' });
    objects.objects.delete(name);
    await expect(restored()).rejects.toMatchObject({ code: 'object-damaged' });
  });

  test('a form of another build is said to be unknown; one of other tasks names both', async () => {
    const taken = await write(70);
    const others = new Snapshots(objects, { topic: 'events', partitions: 16 }, clock);
    await expect(others.open(0, taken)).rejects.toMatchObject({ code: 'snapshot-foreign', retry: 'never' });
    await expect(others.open(0, taken)).rejects.toThrow(/of events\/0 of 8, and this is events of 16 partitions/);
    await expect(snapshots.open(1, taken)).rejects.toMatchObject({ code: 'snapshot-foreign' });
    objects.objects.set(`${taken.name}/manifest`, encodeUtf8('{"form":2}'));
    await expect(snapshots.open(0, taken)).rejects.toMatchObject({ code: 'snapshot-unknown' });
  });

  test('names that are not ours are left alone', async () => {
    objects.objects.set('snapshots/events/0/notes/about.txt', encodeUtf8('by hand'));
    clock.advance(makeDuration(2 * LEFT_BEHIND));
    await snapshots.prune(0);
    expect([await nextsOf(), objects.objects.size]).toEqual([[], 1]);
  });

  test('a restored task goes on as the one it was taken of', async () => {
    const store = new MemoryStateStore();
    await store.replace(0, await snapshots.open(0, await write(70)));
    const task = await store.open(0);
    await task.commit({
      checkpoint: { next: 71, clock: makeInstant(71) },
      people: new Map([['u:1', encodeUtf8('on')]]),
      timersRemoved: [],
      timersAdded: [],
    });
    expect([nextOf(task), textOf(task.person('u:1')), textOf(task.definitions())]).toEqual([71, 'on', 'in force at 70']);
  });
});
