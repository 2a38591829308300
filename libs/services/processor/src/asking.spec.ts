import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeUtf8, OperatingError } from '@tripline/kernel';
import { TOPICS } from '@tripline/model';
import type { PersonStates, Reading } from '@tripline/ports';
import { MemoryStateStore } from '@tripline/adapters-memory';
import { ABANDONED, settled, until, World } from '../test/world.js';
import { Asking, Processor } from './index.js';

const PEOPLE = Array.from({ length: 24 }, (_, i) => `u:p${i}`);

/** A processor with a store of its own, and what it answers when others ask it. */
type Asked = { readonly processor: Processor; readonly reading: Reading; readonly asking: Asking };

describe('asking about a person', () => {
  let world: World;
  let hops: string[];
  const members = new Map<string, Processor>();
  const readings: Reading[] = [];
  beforeEach(async () => {
    world = await World.open(4);
    hops = [];
    await world.publish(ABANDONED);
    for (const person of PEOPLE) await world.event('cart.item_added', { person, properties: { cartId: 'c' } });
  });
  afterEach(async () => {
    for (const reading of readings.splice(0)) await reading.close();
    members.clear();
    await world.close();
  });
  const at = (address: string): PersonStates => {
    hops.push(address);
    const processor = members.get(address);
    if (processor === undefined) throw new OperatingError('processor-unreachable', 'later', address);
    return processor;
  };
  const makeAsking = (processor: Processor, address: string, log: Pick<World['log'], 'owners'> = world.log): Asking =>
    new Asking({ here: processor, log, partitions: 4, address, at });
  const start = async (address: string, says: string | null = address): Promise<Asked> => {
    const { log, clock, watch } = world;
    const processor = new Processor({ log, clock, watch, store: new MemoryStateStore(), partitions: 4 });
    members.set(address, processor);
    const reading = await log.read(processor.subscription(undefined, says ?? undefined));
    readings.push(reading);
    return { processor, reading, asking: makeAsking(processor, address) };
  };
  const shared = (...all: readonly Asked[]): Promise<unknown> =>
    until(
      () => all.map(({ processor }) => processor.tasks().length),
      (sizes) => sizes.every((size) => size === 4 / all.length),
    ).then(() => settled(world));

  test('any processor answers for all: what it holds itself, the rest by asking the owner, one hop each', async () => {
    const [one, two] = [await start('one'), await start('two')];
    await shared(one, two);
    for (const { asking } of [one, two])
      for (const person of PEOPLE) {
        hops = [];
        const here = await (asking === one.asking ? one : two).processor.person(person).then(
          () => true,
          () => false,
        );
        expect(await asking.person(person)).toMatchObject({ task: expect.any(Number) });
        expect((await asking.why({ person, trigger: 'abandoned-cart' })).told).toHaveLength(2);
        expect(hops).toEqual(here ? [] : Array<string>(2).fill(asking === one.asking ? 'two' : 'one'));
      }
    expect(await one.asking.person('u:nobody')).toBeUndefined();
    expect(await two.asking.person('u:nobody')).toBeUndefined();
  });

  test('while the group is shared anew, and while the owner has it not open yet, it is moving', async () => {
    const one = await start('one');
    await shared(one);
    const idle = new Processor({ ...world, clock: world.clock, log: world.log, store: new MemoryStateStore() });
    const sharing = { owners: () => Promise.resolve(undefined) };
    await expect(makeAsking(idle, 'idle', sharing).person('u:p1')).rejects.toMatchObject({ code: 'moving', retry: 'later' });
    const ours = { owners: () => Promise.resolve(new Map([0, 1, 2, 3].map((p) => [p, 'idle']))) };
    await expect(makeAsking(idle, 'idle', ours).person('u:p1')).rejects.toMatchObject({ code: 'moving' });
    members.set('two', idle);
    const theirs = { owners: () => Promise.resolve(new Map([0, 1, 2, 3].map((p) => [p, 'two']))) };
    await expect(makeAsking(idle, 'idle', theirs).person('u:p1')).rejects.toMatchObject({ code: 'moving' });
    expect(hops).toEqual(['two']);
  });

  test('a task that is being opened is moving', async () => {
    let open = (): void => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const store = new MemoryStateStore();
    const slow = { open: (task: number) => gate.then(() => store.open(task)), replace: store.replace.bind(store) };
    const { log, clock, watch } = world;
    const processor = new Processor({ log, clock, watch, store: slow, partitions: 4 });
    readings.push(await log.read(processor.subscription()));
    await until(
      () => processor.person('u:p1').catch((error: unknown) => (error as OperatingError).code),
      (code) => code === 'moving',
    );
    open();
    await settled(world);
    expect(await processor.person('u:p1')).toBeDefined();
  });

  test('a task that reads what was in the log before it is recovering, and says how far it is; then it answers', async () => {
    const { log, clock, watch, store } = world;
    const processor = new Processor({ log, clock, watch, store, partitions: 4 });
    const give = async (partition: number, max: number): Promise<void> => {
      const from = await processor.assigned(partition);
      const records = await log.fetch(TOPICS.events, partition, from, max);
      const { end = 0 } = (await log.bounds(TOPICS.events))[partition] ?? {};
      await processor.handle({ topic: TOPICS.events, partition, records, next: from + records.length, end, held: () => true });
    };
    for (const partition of [0, 1, 2, 3]) await processor.assigned(partition);
    await expect(processor.person('u:p1')).rejects.toMatchObject({ code: 'recovering' });
    for (const partition of [0, 1, 2, 3]) await give(partition, 1);
    await expect(processor.person('u:p1')).rejects.toMatchObject({ code: 'recovering', retry: 'later', message: expect.stringMatching(/^task \d reads what was in the log before it: \d+ records left/) }); // prettier-ignore
    await expect(processor.why({ person: 'u:p1', trigger: 'abandoned-cart' })).rejects.toMatchObject({ code: 'recovering' });
    for (const partition of [0, 1, 2, 3]) await give(partition, 1_000);
    expect(await processor.person('u:p1')).toBeDefined();
    for (const partition of [0, 1, 2, 3]) await processor.revoked(partition);
  });

  test('who does not say where it is cannot be asked, and an owner that does not answer is said', async () => {
    const silent = await start('silent', null);
    await shared(silent);
    const idle = new Processor({ ...world, clock: world.clock, log: world.log, store: new MemoryStateStore() });
    await expect(makeAsking(idle, 'idle').person('u:p1')).rejects.toMatchObject({ code: 'no-owner', retry: 'later' });
    const gone = { owners: () => Promise.resolve(new Map([0, 1, 2, 3].map((p) => [p, 'gone']))) };
    await expect(makeAsking(idle, 'idle', gone).person('u:p1')).rejects.toMatchObject({ code: 'processor-unreachable' });
  });

  test('a task that stopped says so, and what to do, whoever is asked', async () => {
    const [one, two] = [await start('one'), await start('two')];
    await shared(one, two);
    const value = encodeUtf8('{"kind":"unheard-of"}');
    await world.log.append([0, 1, 2, 3].map((partition) => ({ topic: TOPICS.events, key: null, partition, value })));
    await until(
      () => one.processor.haltedTasks().length + two.processor.haltedTasks().length,
      (n) => n === 4,
    );
    for (const { asking } of [one, two]) {
      await expect(asking.person('u:p1')).rejects.toMatchObject({ code: 'task-halted', message: expect.stringContaining('newer Tripline') }); // prettier-ignore
      expect((await asking.why({ person: 'u:p1', trigger: 'abandoned-cart' })).told).toHaveLength(2);
    }
  });
});
