import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryObjectStore, MemoryStateStore } from '@tripline/adapters-memory';
import { hours, milliseconds, seconds } from '@tripline/kernel';
import { encodeTaskInput, TOPICS } from '@tripline/model';
import { makeEvent } from '@tripline/testing-builders';
import { ABANDONED, run, settled, until, World, type Running } from '../test/world.js';
import type { ProcessorOptions } from './processor.js';
import { Recovery } from './recovery.js';

/** Processors that take over from one another: by snapshots in shared storage, each with a disk of its own. */
describe('tasks that move', () => {
  let world: World;
  let objects: MemoryObjectStore;
  let running: Running[];
  beforeEach(async () => {
    world = await World.open(1);
    objects = new MemoryObjectStore();
    running = [];
    await world.publish(ABANDONED);
  });
  afterEach(async () => {
    for (const each of running) await each.close();
    await world.close();
  });

  const start = async (options: Partial<ProcessorOptions> = {}): Promise<Running> => {
    const one = await run(world, { store: new MemoryStateStore(), objects, checkpointEvery: milliseconds(1), ...options });
    running.push(one);
    return one;
  };
  const end = async (one: Running): Promise<void> => {
    running.splice(running.indexOf(one), 1);
    await one.close();
  };
  const carts = async (from: number, to: number): Promise<void> => {
    for (let i = from; i < to; i++)
      await world.event('cart.item_added', { person: `u:${i}`, id: `cart ${i}`, properties: { cartId: i } });
  };
  /** Records that no trigger names: to be read again they take more than a second. */
  const views = async (): Promise<void> => {
    const value = encodeTaskInput({ kind: 'event', ...makeEvent({ name: 'page.viewed' }) });
    const entry = { topic: TOPICS.events, key: 'u:views', value };
    for (let i = 0; i < 25; i++) await world.log.append(Array.from({ length: 1_000 }, () => entry));
  };
  const manifests = (): number => [...objects.objects.keys()].filter((name) => name.endsWith('manifest')).length;
  /** To whom was written, once what waits has come due. */
  const written = async (count: number): Promise<string[]> => {
    await world.pass(milliseconds(hours(1) + seconds(11)));
    const all = await until(
      () => world.outputs(),
      (outputs) => new Set(outputs.map(({ id }) => id)).size >= count,
    );
    return [...new Set(all.map(({ person }) => person))].sort();
  };

  test('a fresh disk goes on from the last snapshot: what it covers is not read again, and nothing is lost', async () => {
    const one = await start();
    await carts(0, 20);
    await world.event('order.completed', { person: 'u:5', id: 'order 5', properties: { cartId: 5 } });
    await views();
    await settled(world);
    await world.pass(milliseconds(2));
    await until(() => (one.processor.drain().then(manifests)), (count) => count > 0); // prettier-ignore
    await end(one);
    await carts(20, 30);
    world.watch.counts.clear();
    const two = await start();
    await settled(world);
    expect(world.watch.counts.get('tripline_processor_restores_total')).toBe(1);
    expect(world.watch.counts.get('tripline_processor_records_total') ?? 0).toBeLessThan(10_000);
    expect(two.processor.tasks()[0]?.recovery).toBeUndefined();
    expect(await written(29)).toEqual(Array.from({ length: 30 }, (_, i) => `u:${i}`).filter((p) => p !== 'u:5').sort()); // prettier-ignore
  });

  test('two disks, none of them new, and no snapshot: each replays, and both say the same', async () => {
    await carts(0, 30);
    const one = await start();
    await settled(world);
    const ids = await written(30);
    await end(one);
    await start();
    await settled(world);
    await until(() => world.outputs(), (all) => all.length >= 60); // prettier-ignore
    expect(new Set((await world.outputs()).map(({ id }) => id)).size).toBe(30);
    expect(await written(30)).toEqual(ids);
  });

  test('a task says how it gets on with what it has to read again', () => {
    const began = world.clock.now();
    const recovery = new Recovery(1_000, 61_000, began);
    expect(recovery.progress(1_000, began)).toEqual({ to: 61_000, left: 60_000, perSecond: 0, secondsLeft: undefined });
    const later = (began + 2_000) as typeof began;
    expect(recovery.progress(21_000, later)).toEqual({ to: 61_000, left: 40_000, perSecond: 10_000, secondsLeft: 4 });
    expect([recovery.isOver(60_999), recovery.isOver(61_000), recovery.isLong]).toEqual([false, true, true]);
    expect(new Recovery(0, 999, began).isLong).toBe(false);
  });
});
