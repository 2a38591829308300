import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryStateStore } from '@tripline/adapters-memory';
import { hours, minutes, partitionOf, encodeUtf8 } from '@tripline/kernel';
import { linksOf, TOPICS, type Action, type Event, type TaskInput } from '@tripline/model';
import { makeEvent } from '@tripline/testing-builders';
import { ABANDONED, run, settled, until, World, type Running } from '../test/world.js';

const partition = (person: string): number => partitionOf(encodeUtf8(person), 2);
/** An anonymous id whose task is not the user's. */
const DEVICE = ['x', 'y', 'z', 'w', 'v'].find((id) => partition(`a:${id}`) !== partition('u:ada')) as string;
const CART = { properties: { cartId: 'c1' } };

describe('a person under two ids, in two tasks', () => {
  let world: World;
  let running: Running[] = [];
  const start = async (...options: Parameters<typeof run> extends [unknown, ...infer R] ? R : never): Promise<Running> => {
    const one = await run(world, ...options);
    running.push(one);
    return one;
  };
  beforeEach(async () => {
    world = await World.open(2);
    await world.publish(ABANDONED);
  });
  afterEach(async () => {
    for (const one of running) await one.close();
    running = [];
    await world.close();
  });
  const identify = async (fields: Partial<Event> = {}): Promise<void> => {
    const now = world.clock.now();
    const event = makeEvent({
      name: '$identify',
      type: 'identify',
      anonymousId: DEVICE,
      timestamp: now,
      received: now,
      ...fields,
    });
    await world.append({ kind: 'event', ...event });
    for (const link of linksOf(event)) await world.append(link);
  };
  const told = async (): Promise<string[]> =>
    (await world.values<TaskInput>(TOPICS.events)).flatMap(({ kind }) =>
      ['tick', 'control', 'event', 'link'].includes(kind) ? [] : [kind],
    );
  const rest = async ({ processor }: Running): Promise<void> => {
    await settled(world);
    await world.pass(hours(2));
    await until(
      async () => {
        const all = await told();
        const asked = all.filter((kind) => kind === 'probe').length - all.filter((kind) => kind === 'answer').length;
        return (
          asked <= 0 &&
          processor.tasks().every(({ nextDue, lag }) => lag === 0 && (nextDue === undefined || nextDue > world.clock.now()))
        );
      },
      (all) => all,
    );
    await settled(world);
  };

  test('a cart before the login and no order: one message, to the user, after the other task was asked', async () => {
    const one = await start();
    await world.event('cart.item_added', { person: `a:${DEVICE}`, ...CART });
    await world.pass(minutes(5));
    await identify();
    await rest(one);
    await rest(one);
    expect(await world.outputs()).toMatchObject([{ kind: 'action', person: 'u:ada', step: 'mail' }]);
    expect(await told()).toEqual(expect.arrayContaining(['handoff', 'probe', 'answer']));
    expect(await one.processor.person('u:ada')).toMatchObject({ devices: [`a:${DEVICE}`] });
    expect(await one.processor.person(`a:${DEVICE}`)).toMatchObject({ user: 'u:ada', runs: [] });
  });

  test('a cart before the login, bought after it under either id: none', async () => {
    const one = await start();
    await world.event('cart.item_added', { person: `a:${DEVICE}`, ...CART });
    await world.event('cart.item_added', { person: `a:${DEVICE}`, properties: { cartId: 'c2' } });
    await identify();
    await world.event('order.completed', CART);
    await world.event('order.completed', { person: `a:${DEVICE}`, properties: { cartId: 'c2' } });
    await rest(one);
    await rest(one);
    expect(await world.outputs()).toEqual([]);
  });

  test('an order that waits in the log of a task that stands still holds the message back, and prevents it', async () => {
    const one = await start();
    await identify();
    await world.event('cart.item_added', CART);
    await settled(world);
    const behind = await world.log.bounds(TOPICS.events);
    expect(behind).toHaveLength(2);
    await one.close();
    running = [];
    await world.event('order.completed', { person: `a:${DEVICE}`, ...CART });
    await world.pass(hours(2));
    const again = await start();
    await rest(again);
    expect(await world.outputs()).toEqual([]);
  });

  test('a task that begins again from nothing tells all of it again, and nobody is written to twice', async () => {
    const one = await start();
    await world.event('cart.item_added', { person: `a:${DEVICE}`, ...CART });
    await identify();
    await rest(one);
    await one.close();
    running = [];
    const again = await start({ store: new MemoryStateStore() });
    await rest(again);
    await rest(again);
    const ids = (await world.outputs()).map((output) => (output as Action).id);
    expect(new Set(ids).size).toBe(1);
    expect(await again.processor.person('u:ada')).toMatchObject({ devices: [`a:${DEVICE}`] });
  });
});
