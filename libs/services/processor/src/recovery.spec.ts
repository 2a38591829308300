import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryStateStore } from '@tripline/adapters-memory';
import { encodeUtf8, hours, OperatingError, seconds } from '@tripline/kernel';
import { TOPICS } from '@tripline/model';
import type { Batch, EventLog, LogRecord } from '@tripline/ports';
import fc from 'fast-check';
import { ABANDONED, FailingStateStore, fetchAll, until, World } from '../test/world.js';
import { findPosition } from './position.js';
import { ReplayEstimate } from './replay-estimate.js';
import { SharedLimits, type TaskLimits } from './task-limits.js';
import { Task } from './task.js';

const LIMITS = new SharedLimits(() => 1, seconds(0));

describe('a task and its state', () => {
  let world: World;
  let records: readonly LogRecord[];
  beforeEach(async () => {
    world = await World.open(1);
    await fill(world);
    records = await fetchAll(world.log, TOPICS.events, 0, 0, 1e9);
  });
  afterEach(() => world.close());

  const openTask = async (store = world.store, log: EventLog = world.log, limits: Partial<TaskLimits> = {}): Promise<Task> => {
    const opened = await store.open(0);
    const position = await findPosition(world.log, TOPICS.events, 0, opened.checkpoint(), 'beginning');
    const { clock, watch } = world;
    const { checkpointEvery, dirtyMax, hotPeopleMax, outputsMax } = LIMITS;
    const all: TaskLimits = { checkpointEvery, dirtyMax, hotPeopleMax, outputsMax, ...limits };
    const parts = {
      topic: TOPICS.events,
      partition: 0,
      estimate: new ReplayEstimate(),
      log,
      clock,
      watch,
      store: opened,
      position,
      end: position,
    };
    return new Task({ ...parts, limits: all });
  };
  const batchOf = (from: number, to: number, held = (): boolean => true): Batch => {
    const some = records.slice(from, to);
    return { topic: TOPICS.events, partition: 0, records: some, next: to, end: records.length, held };
  };
  /** The ids emitted, in order, from the log itself. */
  const ids = async (): Promise<string[]> => (await world.outputs()).map(({ id }) => id);
  const peopleOf = async (store: MemoryStateStore): Promise<unknown[]> => {
    const opened = await store.open(0);
    const people = PEOPLE.map((person) => [person, String(opened.person(person))]);
    const rest = [opened.checkpoint(), opened.timers(world.clock.now(), 1_000), String(opened.definitions())];
    await opened.close();
    return [...people, ...rest];
  };
  const replay = async (): Promise<{ ids: string[]; state: unknown[] }> => {
    const store = new MemoryStateStore();
    const task = await openTask(store);
    const before = (await ids()).length;
    await task.handle(batchOf(0, records.length));
    await task.close();
    return { ids: (await ids()).slice(before), state: await peopleOf(store) };
  };

  test('a replay from the beginning emits the same ids in the same order and ends in the same state', async () => {
    const first = await replay();
    expect(first.ids.length).toBeGreaterThan(5);
    expect(new Set(first.ids).size).toBe(first.ids.length);
    expect(await replay()).toEqual(first);
  });

  test('killed anywhere, any number of times, it loses nothing and ends in the same state; what it repeats has the same ids', async () => {
    const expected = await replay();
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ step: fc.integer({ min: 1, max: 40 }), die: fc.boolean() }), { minLength: 5 }),
        async (steps) => {
          const store = new MemoryStateStore();
          const before = (await ids()).length;
          let task = await openTask(store);
          for (const { step, die } of [...steps, { step: records.length, die: false }]) {
            await task.handle(batchOf(task.position, Math.min(records.length, task.position + step)));
            if (!die) continue;
            // Dies: nothing of what is in memory is written; a commit that was under way may or may not have been.
            await task.checkpoint();
            store.abandon(0);
            task = await openTask(store);
          }
          while (task.position < records.length) await task.handle(batchOf(task.position, records.length));
          await task.close();
          expect(new Set((await ids()).slice(before))).toEqual(new Set(expected.ids));
          expect(await peopleOf(store)).toEqual(expected.state);
        },
      ),
      { numRuns: 15 },
    );
  });

  test('small limits change nothing of what comes out: mid-tick checkpoints, small slices, a cache that forgets', async () => {
    const expected = await replay();
    const store = new MemoryStateStore();
    const before = (await ids()).length;
    const task = await openTask(store, world.log, { dirtyMax: 2, hotPeopleMax: 2, outputsMax: 1 });
    for (let i = 0; i < records.length; i += 7) await task.handle(batchOf(i, Math.min(i + 7, records.length)));
    await task.close();
    expect((await ids()).slice(before)).toEqual(expected.ids);
    expect(await peopleOf(store)).toEqual(expected.state);
  });

  test('two owners at once emit the same ids', async () => {
    const [a, b] = [await openTask(new MemoryStateStore()), await openTask(new MemoryStateStore())];
    await Promise.all([a.handle(batchOf(0, records.length)), b.handle(batchOf(0, records.length))]);
    const all = await ids();
    expect(all.length).toBe(2 * new Set(all).size);
  });

  test('a batch that comes again, or overlaps, is applied once', async () => {
    const expected = await replay();
    const store = new MemoryStateStore();
    const before = (await ids()).length;
    const task = await openTask(store);
    await task.handle(batchOf(0, 60));
    await task.handle(batchOf(0, 60));
    await task.handle(batchOf(30, records.length));
    await task.close();
    expect((await ids()).slice(before)).toEqual(expected.ids);
    expect(await peopleOf(store)).toEqual(expected.state);
  });

  test('a batch that begins behind where the task stands is preceded by what lies between', async () => {
    const expected = await replay();
    const task = await openTask();
    const before = (await ids()).length;
    await task.handle(batchOf(records.length - 1, records.length));
    await task.close();
    expect((await ids()).slice(before)).toEqual(expected.ids);
    expect(await peopleOf(world.store)).toEqual(expected.state);
  });

  test('no checkpoint covers a record whose outputs are not acknowledged', async () => {
    let down = true;
    const store = new MemoryStateStore();
    const task = await openTask(
      store,
      logOf(world.log, () => down),
    );
    await expect(task.handle(batchOf(0, records.length))).rejects.toMatchObject({ code: 'down' });
    await task.checkpoint();
    expect(await nextOf(store, task)).toBeUndefined();

    const again = await openTask(
      store,
      logOf(world.log, () => down),
    );
    const before = (await ids()).length;
    await expect(again.handle(batchOf(0, records.length))).rejects.toMatchObject({ code: 'down' });
    down = false;
    await again.handle(batchOf(0, records.length));
    expect((await ids()).length).toBeGreaterThan(before);
    expect(await nextOf(store, again)).toBe(records.length);
  });

  test('outputs that hang hold back the checkpoint and the next batch, nothing else', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    const log = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'append'
          ? (...args: Parameters<EventLog['append']>) => gate.then(() => target.append(...args))
          : bound(target, name),
    });
    const store = new MemoryStateStore();
    const task = await openTask(store, log);
    const handling = task.handle(batchOf(0, records.length));
    await until(
      () => task.position,
      (position) => position > 0,
    );
    await task.checkpoint();
    release();
    await handling;
    expect(await nextOf(store, task)).toBe(records.length);
  });

  test('a partition that was taken away is told nothing more', async () => {
    const store = new MemoryStateStore();
    const task = await openTask(store);
    const before = (await ids()).length;
    await task.handle(batchOf(0, records.length, () => false));
    expect(await ids()).toHaveLength(before);
    expect(await nextOf(store, task)).toBeUndefined();
  });

  test('a store that fails is tried again, and the work waits for it once too much has changed', async () => {
    const inner = new MemoryStateStore();
    const failing = new FailingStateStore(inner);
    failing.failing = true;
    const expected = await replay();
    const before = (await ids()).length;
    const task = await openTask(failing as unknown as MemoryStateStore, world.log, { dirtyMax: 2 });
    const step = async (from: number): Promise<void> => task.handle(batchOf(from, Math.min(from + 10, records.length)));
    let at = 0;
    await expect(async () => {
      for (; at < records.length; at += 10) await step(at);
    }).rejects.toMatchObject({ code: 'state-store', retry: 'later' });
    expect(at).toBeGreaterThan(0);
    expect(world.watch.counts.get('tripline_processor_checkpoint_failures_total')).toBeGreaterThan(0);
    failing.failing = false;
    await task.checkpoint();
    for (; at < records.length; at += 10) await step(at);
    await task.close();
    expect((await ids()).slice(before)).toEqual(expected.ids);
    expect(await peopleOf(inner)).toEqual(expected.state);
  });

  test('a store and a log that fail at once are got over: what is not told is told before the next checkpoint is waited for', async () => {
    const expected = await replay();
    const inner = new MemoryStateStore();
    const failing = new FailingStateStore(inner);
    failing.failing = true;
    let down = false;
    const before = (await ids()).length;
    const log = logOf(world.log, () => down);
    const task = await openTask(failing as unknown as MemoryStateStore, log, { dirtyMax: 2 });
    await task.handle(batchOf(0, 5));
    await task.checkpoint();
    down = true;
    await expect(task.handle(batchOf(5, records.length))).rejects.toMatchObject({ code: 'down' });
    [down, failing.failing] = [false, false];
    for (let tries = 0; tries < 5; tries++) await task.handle(batchOf(5, records.length)).catch(() => task.checkpoint());
    expect(task.position).toBe(records.length);
    await task.close();
    expect(new Set((await ids()).slice(before))).toEqual(new Set(expected.ids));
    expect(await peopleOf(inner)).toEqual(expected.state);
  });

  test('a defect of whatever kind stops it for good, as an error that the log does not try again', async () => {
    const store = new MemoryStateStore();
    const opened = await store.open(0);
    opened.person = () => {
      throw new TypeError('of undefined');
    };
    const { clock, watch, log } = world;
    const task = new Task({
      topic: TOPICS.events,
      partition: 0,
      log,
      clock,
      watch,
      store: opened,
      limits: LIMITS,
      estimate: new ReplayEstimate(),
      position: 0,
      end: 0,
    });
    for (let tries = 0; tries < 2; tries++)
      await expect(task.handle(batchOf(0, records.length))).rejects.toMatchObject({
        code: 'assertion',
        retry: 'never',
        message: expect.stringContaining('TypeError: of undefined'),
      });
    await task.close();
  });

  test('a foreign record whose key is too large to go with it is set aside without its key', async () => {
    const task = await openTask(new MemoryStateStore());
    const [first] = records;
    const foreign = { ...(first as LogRecord), key: new Uint8Array(400_000).fill(0xff), value: new Uint8Array(9) };
    await task.handle({ ...batchOf(0, 1), records: [foreign] });
    const letters = await world.records(TOPICS.deadLetters);
    expect(letters.at(-1)).toMatchObject({ key: encodeUtf8('tripline.events/0/0'), value: new Uint8Array(9) });
    await task.close();
  });

  test('how far it is behind is known while its log or its store fails', async () => {
    const task = await openTask(
      new MemoryStateStore(),
      logOf(world.log, () => true),
    );
    await expect(task.handle({ ...batchOf(0, records.length), end: 1_000 })).rejects.toMatchObject({ code: 'down' });
    expect(task.lag).toBe(1_000 - task.position);
    await task.close();
  });

  test('where one without state begins is kept, also when nothing comes to it: told to begin at what is left, it is told once', async () => {
    const store = new MemoryStateStore();
    const shifted = logWith(world.log, { first: 5 });
    const opened = await store.open(0);
    const { clock, watch, log } = world;
    const position = await findPosition(shifted, TOPICS.events, 0, opened.checkpoint(), 'earliest');
    const task = new Task({
      topic: TOPICS.events,
      partition: 0,
      log,
      clock,
      watch,
      store: opened,
      limits: LIMITS,
      estimate: new ReplayEstimate(),
      position,
      end: position,
    });
    await task.close();
    const kept = (await store.open(0)).checkpoint();
    expect(kept).toEqual({ next: 5, clock: 0 });
    expect(await findPosition(shifted, TOPICS.events, 0, kept, 'beginning')).toBe(5);
  });

  test('records that are gone stop it, unless it is told to begin at what is left', async () => {
    const shifted = logWith(world.log, { first: 5 });
    const fresh = findPosition(shifted, TOPICS.events, 0, undefined, 'beginning');
    await expect(fresh).rejects.toMatchObject({
      code: 'offset-gap',
      retry: 'never',
      message: expect.stringContaining('START_FROM'),
    });
    expect(await findPosition(shifted, TOPICS.events, 0, undefined, 'earliest')).toBe(5);
    const behind = { next: 4, clock: world.clock.now() };
    await expect(findPosition(shifted, TOPICS.events, 0, behind, 'earliest')).rejects.toMatchObject({ code: 'offset-gap' });
    expect(await findPosition(shifted, TOPICS.events, 0, { ...behind, next: 5 }, 'beginning')).toBe(5);
  });

  test('a topic that was recreated or cut under it stops it', async () => {
    const store = new MemoryStateStore();
    const task = await openTask(store);
    await task.handle(batchOf(0, 50));
    await task.close();
    const kept = (await store.open(0)).checkpoint();
    expect(kept).toMatchObject({ next: 50, last: { offset: 49 } });
    const other = await World.open(1);
    for (const refill of [0, 10, 60]) {
      for (let i = 0; i < refill; i++) await other.event(`other.${i}`);
      await expect(findPosition(other.log, TOPICS.events, 0, kept, 'beginning')).rejects.toMatchObject({ code: 'log-changed' });
    }
    expect(await findPosition(world.log, TOPICS.events, 0, kept, 'beginning')).toBe(50);
    await other.close();
  });
});

const PEOPLE = Array.from({ length: 12 }, (_, i) => `u:${i}`);
const bound = <T extends object>(target: T, name: keyof T): unknown => (target[name] as () => unknown).bind(target);

/** Three hours of twelve people's carts and orders, with the ticks a processor would have written. */
async function fill(world: World): Promise<void> {
  await world.publish({ ...ABANDONED, onRepeat: 'restart' });
  for (let i = 0; i < 120; i++) {
    const person = PEOPLE[(i * 7) % 12];
    const name = i % 5 === 0 ? 'order.completed' : i % 6 === 0 ? 'page.viewed' : 'cart.item_added';
    await world.event(name, { id: `e${i}`, ...(person === undefined ? {} : { person }), properties: { cartId: `c${i % 4}` } });
    await world.pass(seconds(97));
    if (i % 10 === 9) await world.append({ kind: 'tick', upTo: world.clock.now() });
    if (i % 40 === 20) await world.log.append([{ topic: TOPICS.events, key: null, value: encodeUtf8('foreign') }]);
  }
  await world.pass(hours(2));
  await world.append({ kind: 'tick', upTo: world.clock.now() });
}

const logOf = (log: EventLog, down: () => boolean): EventLog =>
  new Proxy(log, {
    get: (target, name: keyof EventLog) =>
      name === 'append' && down() ? () => Promise.reject(new OperatingError('down', 'later', 'down')) : bound(target, name),
  });

const logWith = (log: EventLog, over: { first: number }): EventLog =>
  new Proxy(log, {
    get: (target, name: keyof EventLog) =>
      name === 'bounds'
        ? async (topic: string) => (await target.bounds(topic)).map((each) => ({ ...each, ...over }))
        : bound(target, name),
  });

/** Closes the task, and tells how far its state reaches. */
async function nextOf(store: MemoryStateStore, task: Task): Promise<number | undefined> {
  await task.close();
  const opened = await store.open(0);
  const next = opened.checkpoint()?.next;
  await opened.close();
  return next;
}
