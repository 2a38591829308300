import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import {
  days,
  decodeUtf8,
  encodeUtf8,
  hours,
  milliseconds,
  minus,
  minutes,
  OperatingError,
  plus,
  seconds,
} from '@tripline/kernel';
import { ZONE_DATA_VERSION } from '@tripline/engine';
import { encodeTaskInput, TOPICS, type Action, type PersonKey } from '@tripline/model';
import type { EventLog, StateStore, WholeState } from '@tripline/ports';
import { makeEvent, makeTriggerDocument, START } from '@tripline/testing-builders';
import { ABANDONED, run, settled, until, World, type Running } from '../test/world.js';
import { Processor } from './processor.js';

const CART = { properties: { cartId: 'c1' } };

describe('a processor', () => {
  let world: World;
  const running: Running[] = [];
  const start = async (...options: Parameters<typeof run> extends [unknown, ...infer R] ? R : never): Promise<Running> => {
    const one = await run(world, ...options);
    running.push(one);
    return one;
  };
  const end = async (): Promise<void> => {
    for (const one of running.splice(0)) await one.close();
  };
  beforeEach(async () => {
    world = await World.open(2);
  });
  afterEach(async () => {
    await end();
    await world.close();
  });
  /** Lets an hour and the settle pass, and waits until whatever is due was decided. */
  const deadline = async ({ processor }: Running): Promise<void> => {
    await settled(world);
    await world.pass(hours(2));
    await until(
      () => processor.tasks().every(({ nextDue }) => nextDue === undefined || nextDue > world.clock.now()),
      (all) => all,
    );
    await settled(world);
  };

  test('who puts something in the cart and does not buy gets one message, decided at the deadline and not before', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('cart.item_added', CART);
    await settled(world);
    await world.pass(plusSettle(-1));
    await until(
      () => world.clock.now(),
      (now) => now >= plus(START, plusSettle(-1)),
    );
    expect(await world.outputs()).toEqual([]);
    await deadline(one);
    const outputs = await world.outputs();
    expect(outputs).toMatchObject([{ kind: 'action', person: 'u:ada', trigger: 'abandoned-cart', step: 'mail' }]);
    expect((outputs[0] as Action).decided).toBe(plus(START, hours(1)));
  });

  test('who buys in time gets none; a cart bought under another key does not help', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('cart.item_added', { person: 'u:buyer', ...CART });
    await world.event('order.completed', { person: 'u:buyer', ...CART });
    await world.event('cart.item_added', { person: 'u:other', ...CART });
    await world.event('order.completed', { person: 'u:other', properties: { cartId: 'c2' } });
    await deadline(one);
    expect((await world.outputs()).map(({ person }) => person)).toEqual(['u:other']);
  });

  test('a goal that is reached is counted, and written nowhere', async () => {
    const goal = { event: 'order.completed', within: '1d' };
    await world.publish({ ...ABANDONED, when: [{ event: 'cart.item_added' }], goal });
    await start();
    await world.event('cart.item_added', CART);
    await world.event('order.completed', CART);
    await world.event('order.completed', CART);
    await settled(world);
    expect(world.watch.counts.get('tripline_processor_goals_total')).toBe(1);
    expect((await world.outputs()).map(({ kind }) => kind)).toEqual(['action']);
  });

  test('tells why of two at a time, of its own people alone, also where a task has stopped', async () => {
    await world.publish(ABANDONED);
    const { processor } = await start();
    await world.event('cart.item_added', CART);
    await settled(world);
    const ask = (person = 'u:ada') => processor.why({ person, trigger: 'abandoned-cart' });
    const asked = await Promise.allSettled([ask(), ask(), ask()]);
    expect(asked.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(asked[2]).toMatchObject({ reason: { code: 'busy', retry: 'later' } });
    expect((await ask()).told).toHaveLength(2);
    for (const partition of [0, 1]) await world.log.append([{ topic: TOPICS.events, key: null, partition, value: encodeUtf8('{"kind":"unheard-of"}') }]); // prettier-ignore
    await until(() => processor.haltedTasks().length, (n) => n === 2); // prettier-ignore
    expect((await ask()).told).toHaveLength(2);
    await end();
    await expect(ask()).rejects.toMatchObject({ code: 'no-owner' });
  });

  test('a task with nothing due writes no tick, however much time passes', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('page.viewed');
    await deadline(one);
    expect(await world.ticks()).toBe(0);
  });

  test('events no trigger names are not parsed', async () => {
    await world.publish(ABANDONED);
    await start();
    const parsed = (): number => world.watch.counts.get('tripline_processor_parsed_total') ?? 0;
    await settled(world);
    const before = parsed();
    for (let i = 0; i < 10; i++) await world.event('page.viewed');
    await settled(world);
    expect(parsed()).toBe(before);
    await world.event('cart.item_added', CART);
    await settled(world);
    expect(parsed()).toBe(before + 1);
  });

  test('a poison record goes to the dead letters with its bytes, and what comes after it counts', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    const bad = [
      new Uint8Array([0xff, 0xfe, 0]),
      encodeUtf8('not json'),
      encodeUtf8('{"kind":7}'),
      encodeUtf8(''),
      encodeUtf8('[]'),
    ];
    for (const value of bad) await world.log.append([{ topic: TOPICS.events, key: 'u:ada', value }]);
    await world.event('cart.item_added', CART);
    await deadline(one);
    const letters = await world.records(TOPICS.deadLetters);
    expect(letters.map(({ value }) => [...value])).toEqual(bad.map((bytes) => [...bytes]));
    expect(
      letters.every(({ headers }) => headers['reason'] === 'foreign' && headers['source']?.startsWith('tripline.events/')),
    ).toBe(true);
    expect(await world.outputs()).toHaveLength(1);
  });

  test('a record that an operator named is set aside unread, with its bytes, and what comes after it counts', async () => {
    await world.publish(ABANDONED);
    const value = encodeUtf8('{"kind":"what-kills","person":"u:ada"}');
    const [bad] = await world.log.append([{ topic: TOPICS.events, key: 'u:ada', value }]);
    const { partition = 0, offset = 0 } = bad ?? {};
    const one = await start({ skips: new Map([[partition, new Set([offset])]]) });
    await world.event('cart.item_added', CART);
    await deadline(one);
    const [letter] = await world.records(TOPICS.deadLetters);
    expect([letter?.headers['reason'], letter?.headers['source']]).toEqual(['skipped', `tripline.events/${partition}/${offset}`]);
    expect([...(letter?.value ?? [])]).toEqual([...value]);
    expect([one.processor.haltedTasks(), (await world.outputs()).length]).toEqual([[], 1]);
    const { events } = await one.processor.why({ person: 'u:ada', trigger: 'abandoned-cart' });
    expect(events).toBe(1);
  });

  test('a person on whom the engine chokes is set aside with the bytes; the others go on, and so do they once released', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('cart.item_added', { ...CART, id: 'before' });
    const poison = encodeUtf8(
      JSON.stringify({
        ...JSON.parse(decodeUtf8(encodeTaskInput({ kind: 'event', ...makeEvent({ name: 'order.completed' }) }))),
        traits: null,
      }),
    );
    const ada = 'u:ada';
    await world.log.append([{ topic: TOPICS.events, key: ada, value: poison }]);
    await world.event('cart.item_added', { ...CART, id: 'while aside' });
    await world.event('cart.item_added', { ...CART, id: 'of another', person: 'u:bo' });
    await settled(world);
    expect(await one.processor.person(ada)).toMatchObject({ runs: [], setAside: { why: expect.any(String) } });
    await deadline(one);
    const letters = await world.records(TOPICS.deadLetters);
    expect(letters.map(({ headers }) => headers['reason'])).toEqual(['person-aside', 'person-aside']);
    expect([...(letters[0]?.value ?? [])]).toEqual([...poison]);
    expect((await world.outputs()).map(({ person }) => person)).toEqual(['u:bo']);
    await world.append({ kind: 'release', id: 'r', person: ada, received: world.clock.now() });
    await world.pass(milliseconds(1));
    await world.event('cart.item_added', { ...CART, id: 'after' });
    await settled(world);
    await deadline(one);
    expect((await world.outputs()).map(({ person }) => person)).toEqual(['u:bo', ada]);
    expect(one.processor.haltedTasks()).toEqual([]);
  });

  test('a kind of ours that this build does not know stops that task with instructions, and no other', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    const value = encodeUtf8('{"kind":"erasure","person":"u:ada"}');
    await world.log.append([{ topic: TOPICS.events, key: null, value, partition: 0 }]);
    const halted = await until(
      () => one.processor.haltedTasks(),
      (all) => all.length > 0,
    );
    expect(halted).toMatchObject([
      { partition: 0, code: 'unknown-kind', instructions: expect.stringContaining('newer Tripline') },
    ]);
    expect(await world.records(TOPICS.deadLetters)).toEqual([]);
    await world.log.append([{ topic: TOPICS.events, key: null, value: encodeUtf8('x'), partition: 1 }]);
    await until(
      () => world.records(TOPICS.deadLetters),
      (letters) => letters.length === 1,
    );
  });

  test('one that cannot be opened for now is no halted one; one that halts is counted once', async () => {
    const store = new FailingToOpen(world.store);
    const one = await start({ store });
    await expect(one.processor.assigned(7)).rejects.toMatchObject({ code: 'log-changed' });
    one.processor.halted(new OperatingError('log-changed', 'never', 'the partition does not exist'), 7);
    store.failing = true;
    await expect(one.processor.assigned(8)).rejects.toMatchObject({ code: 'state-store' });
    const log = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'bounds'
          ? () => Promise.reject(new OperatingError('log-unavailable', 'later', 'no leader'))
          : (target[name] as () => unknown).bind(target),
    });
    const { clock, watch } = world;
    const blind = new Processor({ log, clock, watch, store: world.store, partitions: 2 });
    await expect(blind.assigned(9)).rejects.toMatchObject({ code: 'log-unavailable' });
    expect(world.watch.counts.get('tripline_processor_halted_total')).toBe(1);
    expect(one.processor.haltedTasks().map(({ partition }) => partition)).toEqual([7]);
  });

  test('a stopped task is asked for no more ticks', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('cart.item_added', CART);
    await settled(world);
    for (const partition of [0, 1])
      await world.log.append([{ topic: TOPICS.events, key: null, value: encodeUtf8('{"kind":"unheard-of"}'), partition }]);
    await until(
      () => one.processor.haltedTasks(),
      (all) => all.length === 2,
    );
    await world.pass(hours(2));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await world.ticks()).toBe(0);
  });

  test('a partition that went to another leaves no lag behind', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('cart.item_added', CART);
    await settled(world);
    await world.pass(hours(1));
    const gauges = new Map<string, number>();
    world.watch.gauge = (name: string, value: number, labels?: Readonly<Record<string, string>>) =>
      void gauges.set(`${name} ${labels?.['partition']}`, value);
    const late = (): number[] => [...gauges].filter(([name]) => name.includes('lag') || name.includes('late')).map(([, value]) => value); // prettier-ignore
    await one.processor.revoked(0);
    await one.processor.revoked(1);
    expect(late()).toEqual([0, 0, 0, 0]);
  });

  test('definitions come by control records; an older revision changes nothing', async () => {
    const one = await start();
    await world.event('cart.item_added', CART);
    await world.publish(ABANDONED, 2);
    await world.publish({ ...ABANDONED, when: [{ event: 'page.viewed' }] }, 1);
    await world.event('page.viewed');
    await world.event('cart.item_added', { person: 'u:bob', ...CART });
    await deadline(one);
    expect((await world.outputs()).map(({ person }) => person)).toEqual(['u:bob']);
  });

  test('a segment comes by control records: it warms, is entered, and is unknown when it is withdrawn', async () => {
    const segment = { kind: 'segment', name: 'keen', let: { n: { count: 'cart.item_added', within: '1h' } }, where: 'n >= 2' };
    await world.publish(segment);
    await world.publish(makeTriggerDocument({ by: undefined, when: [{ enters: 'keen' }] }), 2);
    await world.publish(
      makeTriggerDocument({ name: 'page', when: [{ event: 'page.viewed' }], if: '!("keen" in user.segments)' }),
      3,
    );
    await start();
    const twice = async (person: PersonKey): Promise<void> => {
      for (let i = 0; i < 2; i++) await world.event('cart.item_added', { person, ...CART });
    };
    await twice('u:early');
    await settled(world);
    await world.pass(hours(2));
    await twice('u:ada');
    await world.event('page.viewed', { person: 'u:ada', ...CART });
    await world.event('page.viewed', { person: 'u:bob', ...CART });
    await settled(world);
    expect((await world.outputs()).map((output) => [output.person, output.kind === 'action' && output.trigger])).toEqual([
      ['u:ada', 'abandoned-cart'],
      ['u:bob', 'page'],
    ]);
    for (const p of [0, 1])
      await world.append({ kind: 'control', of: 'segment', name: 'keen', revision: 4, change: { type: 'withdraw' } }, p);
    await world.event('page.viewed', { person: 'u:cy', ...CART });
    await settled(world);
    expect(await world.outputs()).toHaveLength(2);
  });

  test('history that is said to be complete is known at once, also after a restart, and sends nothing itself', async () => {
    const looks = [{ event: 'page.viewed' }, { notSeen: 'order.completed', within: '30d' }];
    await world.publish(makeTriggerDocument({ by: undefined, when: looks, onRepeat: 'parallel' }));
    const one = await start();
    const before = (count: number) => ({ timestamp: minus(world.clock.now(), days(count)), historical: true as const });
    await world.event('page.viewed', { person: 'u:old', ...before(3) });
    await world.event('order.completed', { person: 'u:buyer', ...before(2) });
    await world.event('page.viewed', { person: 'u:early' });
    await deadline(one);
    expect(await world.outputs()).toEqual([]);
    const change = { type: 'history', completeFrom: minus(START, days(31)), before: 2 } as const;
    for (const p of [0, 1]) await world.append({ kind: 'control', of: 'history', name: 'history', revision: 2, change }, p);
    await settled(world);
    await one.close();
    const two = await start();
    for (const person of ['u:buyer', 'u:other'] as const) await world.event('page.viewed', { person });
    await deadline(two);
    expect((await world.outputs()).map(({ person }) => person)).toEqual(['u:other']);
  });

  test.each([
    ['history', '{"type":"history","completeFrom":"soon","before":1}', [], 1],
    ['history', '{"type":"forgotten"}', ['unknown-kind'], 0],
    ['settings', '{"type":"settings","zone":7,"zoneData":"2026a"}', [], 1],
    ['settings', '{"type":"settings","zone":"Mars/Olympus","zoneData":"2099a"}', ['unknown-zone'], 0],
    ['settings', '{"type":"settings","zone":"UTC","zoneData":"2026a","semantics":0}', [], 1],
    ['settings', '{"type":"settings","zone":"UTC","zoneData":"2026a","semantics":"2"}', [], 1],
    ['settings', '{"type":"settings","zone":"UTC","zoneData":"2026a","semantics":9007199254740991}', ['unknown-semantics'], 0],
    ['settings', '{"type":"forgotten"}', ['unknown-kind'], 0],
  ])('of %s, %s is set aside or stops the task: %j', async (of, change, codes, letters) => {
    const one = await start();
    const value = encodeUtf8(`{"kind":"control","of":"${of}","name":"${of}","revision":1,"change":${change}}`);
    await world.log.append([{ topic: TOPICS.events, key: null, value, partition: 1 }]);
    await until(
      () => one.processor.haltedTasks().map(({ code }) => code),
      (seen) => JSON.stringify(seen) === JSON.stringify(codes),
    );
    if (letters > 0) await settled(world);
    expect(await world.records(TOPICS.deadLetters)).toHaveLength(letters);
  });

  test('local times without a zone are those of the default zone from its record on, also after a restart', async () => {
    const step = { id: 'mail', email: 'm' };
    await world.publish(
      makeTriggerDocument({ by: undefined, when: [{ event: 'page.viewed' }], do: [{ wait: { at: '09:00' } }, step] }),
    );
    await world.pass(hours(1));
    const one = await start();
    const waits = async (person: PersonKey, of: Running): Promise<unknown> => {
      await world.event('page.viewed', { person });
      await settled(world);
      const { runs } = (await of.processor.person(person)) as unknown as { runs: { until: string }[] };
      return runs[0]?.until.slice(11, 16);
    };
    const seen = [await waits('u:ada', one)];
    await world.settings('Asia/Tokyo', 2);
    await world.settings('Europe/Berlin', 1);
    seen.push(await waits('u:bob', one));
    await one.close();
    const two = await start();
    seen.push(await waits('u:cy', two));
    expect(seen).toEqual(['09:00', '00:00', '00:00']);
  });

  test('a task whose zone data are older than those of the settings goes on, and says so, at every start', async () => {
    const one = await start();
    const older = (): number => world.watch.counts.get('tripline_processor_zone_data_older_total') ?? 0;
    await world.settings('Europe/Berlin', 1, ZONE_DATA_VERSION);
    await settled(world);
    expect(older()).toBe(0);
    await world.settings('Europe/Berlin', 2, '2099a');
    await world.publish(ABANDONED);
    await settled(world);
    expect([older(), one.processor.haltedTasks()]).toEqual([2, []]);
    await one.close();
    await start();
    await until(older, (count) => count === 4);
  });

  test('a withdrawn trigger opens nothing', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    for (const p of [0, 1])
      await world.append({ kind: 'control', name: 'abandoned-cart', revision: 2, change: { type: 'withdraw' } }, p);
    await world.event('cart.item_added', CART);
    await deadline(one);
    expect(await world.outputs()).toEqual([]);
  });

  test('a control record of a kind that this build does not know stops its task', async () => {
    const one = await start();
    const value = encodeUtf8('{"kind":"control","of":"policy","name":"caps","revision":1,"change":{"type":"withdraw"}}');
    await world.log.append([{ topic: TOPICS.events, key: null, value, partition: 1 }]);
    const halted = await until(
      () => one.processor.haltedTasks(),
      (all) => all.length > 0,
    );
    expect(halted).toMatchObject([{ partition: 1, code: 'unknown-kind' }]);
  });

  test('what changes of a person is told as their profile', async () => {
    await world.publish(ABANDONED);
    await start();
    await world.event('$identify', { type: 'identify', traits: { email: 'ada@shop.example' } });
    await settled(world);
    expect(await world.values(TOPICS.profiles)).toEqual([
      { person: 'u:ada', revision: 1, traits: { email: 'ada@shop.example' } },
    ]);
  });

  test('one person can be asked about where their task is, and only there', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('cart.item_added', CART);
    await settled(world);
    expect(await one.processor.person('u:ada')).toMatchObject({ task: expect.any(Number), clock: 0 });
    expect(await one.processor.person('u:nobody')).toBeUndefined();
    await end();
    await expect(one.processor.person('u:ada')).rejects.toMatchObject({ code: 'no-owner' });
  });

  test('while a collector lags, nothing is decided; what it then brings is applied first', async () => {
    await world.publish(ABANDONED);
    const one = await start();
    await world.event('cart.item_added', CART);
    await world.pass(minutes(30));
    const received = world.clock.now();
    await world.log.append([{ topic: TOPICS.ingest, key: null, value: encodeUtf8('the order, not yet collected') }]);
    await world.pass(hours(3));
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(await world.ticks()).toBe(0);
    const collector = await world.log.read({
      group: 'tripline.collector',
      topics: [TOPICS.ingest],
      handle: async () => void (await world.event('order.completed', { ...CART, timestamp: received, received })),
    });
    await deadline(one);
    await collector.close();
    expect(await world.outputs()).toEqual([]);
  });
});

const plusSettle = (ms: number): ReturnType<typeof milliseconds> => milliseconds(hours(1) + seconds(10) + ms);

class FailingToOpen implements StateStore {
  failing = false;
  constructor(private readonly inner: StateStore) {}
  open(task: number): ReturnType<StateStore['open']> {
    return this.failing ? Promise.reject(new OperatingError('state-store', 'later', 'no disk')) : this.inner.open(task);
  }
  replace(task: number, state: WholeState): Promise<void> {
    return this.inner.replace(task, state);
  }
}
