import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryStateStore } from '@tripline/adapters-memory';
import { encodePerson } from '@tripline/engine';
import { hours, milliseconds, minutes, seconds, type Instant } from '@tripline/kernel';
import { encodeTaskInput, TOPICS, type Action } from '@tripline/model';
import type { EventLog, Explanation, WhyQuestion } from '@tripline/ports';
import fc from 'fast-check';
import { makeEvent, START } from '@tripline/testing-builders';
import { ABANDONED, fetchAll, World } from '../test/world.js';
import { ReplayEstimate } from './replay-estimate.js';
import { Retelling, retell, type RetellingLimits } from './retelling.js';
import { decodeStoredPerson } from './stored-person.js';
import { SharedLimits } from './task-limits.js';
import { Task } from './task.js';

const LIMITS = new SharedLimits(() => 1, seconds(0));
const ada = (fields: Partial<WhyQuestion> = {}): WhyQuestion => ({ person: 'u:ada', trigger: 'abandoned-cart', ...fields });
const at = (ms: number): string => new Date(START + ms).toISOString();
const HOUR = 3_600_000;
/** The time of day, in UTC, that a wait ends at. */
const untilOf = (detail: unknown): string => (detail as { until: string }).until.slice(11, 16);
const names = ({ told }: Explanation): unknown[] => told.map(({ what }) => what);

describe('a retelling', () => {
  let world: World;
  beforeEach(async () => {
    world = await World.open(1);
  });
  afterEach(() => world.close());

  /** The task as it stands after these records; its store stays. */
  async function played(upTo: number, log: EventLog = world.log): Promise<{ task: Task; store: MemoryStateStore }> {
    const store = new MemoryStateStore();
    const { clock, watch } = world;
    const parts = {
      topic: TOPICS.events,
      partition: 0,
      estimate: new ReplayEstimate(),
      log,
      clock,
      watch,
      limits: LIMITS,
      position: 0,
      end: 0,
    };
    const task = new Task({ ...parts, store: await store.open(0) });
    const records = (await fetchAll(world.log, TOPICS.events, 0, 0, upTo)).filter(({ offset }) => offset < upTo);
    await task.handle({ topic: TOPICS.events, partition: 0, records, next: upTo, end: upTo, held: () => true });
    return { task, store };
  }
  const partsAt = (task: Task, log: EventLog = world.log, limits: Partial<RetellingLimits> = {}) =>
    ({ log, clock: world.clock, topic: TOPICS.events, partition: 0, upTo: task.position, definitions: task.definitions, limits }) as const; // prettier-ignore
  const end = async (): Promise<number> => (await world.log.bounds(TOPICS.events))[0]!.end;
  const why = async (question = ada(), log?: EventLog, limits?: Partial<RetellingLimits>): Promise<Explanation> => {
    const { task } = await played(await end());
    return retell(partsAt(task, log, limits), question);
  };
  const tick = async (): Promise<unknown> => world.append({ kind: 'tick', upTo: world.clock.now() });

  test('says how the cart was opened, what it waited for, and by which order it was broken', async () => {
    await world.publish(ABANDONED);
    await world.event('cart.item_added', { id: 'cart-1', properties: { cartId: 'c1' } });
    await world.event('cart.item_added', { person: 'u:bob', id: 'bobs', properties: { cartId: 'c1' } });
    await world.pass(minutes(5));
    await tick();
    await world.event('order.completed', { id: 'other', properties: { cartId: 'c2' } });
    await world.event('order.completed', { id: 'order-1', properties: { cartId: 'c1' } });
    const answer = await why();
    expect(answer).toMatchObject({ person: 'u:ada', task: 0, from: 0, upTo: 6, events: 3, clock: at(300_000), versions: [1], gaps: [] }); // prettier-ignore
    expect(names(answer)).toEqual(['attempt.opened', 'attempt.waits', 'attempt.passed', 'attempt.taken', 'attempt.failed']);
    expect(answer.told[1]).toMatchObject({ at: at(0), offset: 1, by: { event: 'cart.item_added', id: 'cart-1' }, detail: { until: at(HOUR) } }); // prettier-ignore
    expect(answer.told[1]).not.toHaveProperty('clock');
    expect(answer.told[3]).toMatchObject({
      ...{ trigger: 'abandoned-cart', version: 1, clock: at(300_000), offset: 5 },
      by: { event: 'order.completed', id: 'order-1' },
      says: 'counts as no order.completed',
    });
  });

  test('says by which tick a message was asked for, and of the message what the action says', async () => {
    await world.publish(ABANDONED);
    await world.event('cart.item_added', { properties: { cartId: 'c1' } });
    await world.pass(hours(2));
    await tick();
    const { told } = await why();
    const [action] = await world.values<Action>(TOPICS.actions);
    expect(told.at(-1)).toMatchObject({ what: 'fired', run: action!.run, by: { due: at(HOUR + 10_000) }, detail: { step: 'mail', action: action!.id } }); // prettier-ignore
  });

  test('emits nothing, counts nothing and keeps nothing', async () => {
    await world.publish(ABANDONED);
    await world.event('cart.item_added', { properties: { cartId: 'c1' } });
    await world.append({ kind: 'event', ...makeEvent({ person: '' }) }, 0);
    await world.pass(hours(2));
    await tick();
    const { task, store } = await played(await end());
    const before = [await world.records(TOPICS.actions), await world.records(TOPICS.deadLetters), [...world.watch.counts]];
    await retell(partsAt(task), ada());
    expect([await world.records(TOPICS.actions), await world.records(TOPICS.deadLetters), [...world.watch.counts]]).toEqual(
      before,
    );
    await task.close();
    await store.open(0);
  });

  test('of everything and of a part, of this trigger and this person alone', async () => {
    await world.publish(ABANDONED);
    await world.publish({ ...ABANDONED, name: 'other' }, 2);
    for (const id of ['a', 'a', 'b']) await world.event('cart.item_added', { id, properties: { cartId: id } });
    expect(names(await why())).toEqual(['attempt.opened', 'attempt.waits', 'event-repeated', 'attempt.opened', 'attempt.waits']);
    expect((await why(ada({ since: (START + 1) as Instant }))).told).toEqual([]);
    const nobody = await why(ada({ person: 'u:nobody' }));
    expect(nobody).toMatchObject({ events: 0, told: [], gaps: [] });
    expect((await why(ada({ trigger: 'none' }))).gaps).toEqual(['no version of none is in force by then']);
    const some = await why(ada(), undefined, { toldMax: 2 });
    expect(names(some)).toEqual(['attempt.opened', 'attempt.waits']);
    expect(some.told.map(({ offset }) => offset)).toEqual([4, 4]);
    expect(some.gaps).toEqual([`3 decisions before ${at(0)} are left out: ask with a later since`]);
  });

  test('where it is cut it says so, and from where', async () => {
    await world.publish(ABANDONED);
    for (let i = 0; i < 5; i++) await world.event('cart.item_added', { id: `e${i}`, properties: { cartId: `c${i}` } });
    const slow = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'fetch'
          ? (topic: string, partition: number, from: number) => target.fetch(topic, partition, from, 2)
          : (target[name] as () => unknown).bind(target),
    });
    const cut = await why(ada(), slow, { recordsMax: 3 });
    expect(cut).toMatchObject({ upTo: 4, gaps: ['3 records were read: told up to offset 4 only, of 6; what came after is not told here'] }); // prettier-ignore
    expect(names(cut)).toHaveLength(6);
    const late = await why(ada(), slow, { retellFor: seconds(0) });
    expect(late).toMatchObject({
      upTo: 0,
      told: [],
      gaps: [expect.stringContaining('it took longer than 0 s'), expect.anything()],
    });
  });

  test("where the log's beginning is gone it says so, and begins with what is still in force", async () => {
    await world.publish(ABANDONED);
    await world.pass(seconds(1));
    for (const id of ['a', 'b']) await world.event('cart.item_added', { id, properties: { cartId: id } });
    await world.publish({ ...ABANDONED, when: [{ event: 'nothing' }] }, 2, 2);
    const cut = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'bounds'
          ? async (topic: string) => (await target.bounds(topic)).map((each) => ({ ...each, first: 2 }))
          : (target[name] as () => unknown).bind(target),
    });
    const answer = await why(ada(), cut);
    expect(answer.gaps).toEqual([`the log begins at offset 2 (${at(1_000)}): what was before is not known here, nor what it led to`]); // prettier-ignore
    expect(answer).toMatchObject({ from: 2, upTo: 4, events: 1, versions: [1, 2] });
    expect(answer.told.map(({ what, version }) => [what, version])).toEqual([['attempt.opened', 1], ['attempt.waits', 1]]); // prettier-ignore
  });

  test('a segment of the same name is another: the trigger was live before the log begins', async () => {
    await world.publish(ABANDONED);
    const counted = { let: { n: { count: 'order.completed', within: '1d' } }, where: 'n >= 1' };
    await world.publish({ kind: 'segment', name: 'abandoned-cart', ...counted }, 1, 7);
    await world.pass(seconds(1));
    await world.event('cart.item_added', { id: 'a', properties: { cartId: 'a' } });
    const cut = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'bounds'
          ? async (topic: string) => (await target.bounds(topic)).map((each) => ({ ...each, first: 2 }))
          : (target[name] as () => unknown).bind(target),
    });
    const answer = await why(ada(), cut);
    expect(names(answer)).toEqual(['attempt.opened', 'attempt.waits']);
    expect(answer.versions).toEqual([1]);
  });

  test('a pause is told where it was, also where the beginning of the log is gone', async () => {
    await world.publish(ABANDONED);
    let first = 1;
    const cut = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'bounds'
          ? async (topic: string) => (await target.bounds(topic)).map((each) => ({ ...each, first }))
          : (target[name] as () => unknown).bind(target),
    });
    const add = async (id: string): Promise<void> => {
      await world.pass(seconds(1));
      await world.event('cart.item_added', { id, properties: { cartId: id } });
    };
    const tell = async (revision: number, type: 'pause' | 'resume'): Promise<void> => {
      await world.pass(seconds(1));
      await world.append({ kind: 'control', name: 'abandoned-cart', revision, change: { type } }, 0);
    };
    const opening = async (): Promise<unknown[]> =>
      (await why(ada(), cut)).told.map(({ what }) => what).filter((what) => what !== 'attempt.waits');
    await add('a');
    await tell(2, 'pause');
    await add('b');
    expect(await opening()).toEqual(['attempt.opened', 'trigger-paused']);
    first = 3;
    expect(await opening()).toEqual(['trigger-paused']);
    first = 1;
    await tell(3, 'resume');
    await add('c');
    expect(await opening()).toEqual(['attempt.opened', 'trigger-paused', 'attempt.opened']);
  });

  test('local times are told by the default zone that was in force, also where the beginning of the log is gone', async () => {
    const wait = [{ wait: { at: '09:00' } }, { id: 'mail', email: 'm' }];
    await world.publish({ ...ABANDONED, when: [{ event: 'cart.item_added' }], do: wait });
    let first = 0;
    const cut = new Proxy(world.log, {
      get: (target, name: keyof EventLog) =>
        name === 'bounds'
          ? async (topic: string) => (await target.bounds(topic)).map((each) => ({ ...each, first }))
          : (target[name] as () => unknown).bind(target),
    });
    const add = async (id: string): Promise<void> => {
      await world.pass(seconds(1));
      await world.event('cart.item_added', { id, properties: { cartId: id } });
      await world.pass(seconds(1));
    };
    const told = async (): Promise<unknown> => {
      const { told, gaps } = await why(ada(), cut);
      const waits = told.filter(({ what }) => what === 'wait.begins').map(({ detail }) => untilOf(detail));
      return [waits, gaps.filter((gap) => gap.includes('default zone')).length];
    };
    await add('a');
    await world.settings('Europe/Berlin', 2);
    await add('b');
    await world.settings('Asia/Tokyo', 3);
    await add('c');
    expect(await told()).toEqual([['09:00', '08:00', '00:00'], 0]);
    first = 3;
    expect(await told()).toEqual([['09:00', '00:00'], 1]);
    first = 5;
    expect(await told()).toEqual([['00:00'], 0]);
  });

  test('ends in the state the task has, of everybody and wherever it stands', async () => {
    const step = fc.record({
      person: fc.constantFrom('u:ada', 'u:bob', 'a:"\u00e9'),
      name: fc.constantFrom('cart.item_added', 'cart.item_added', 'order.completed', 'login', 'say "hi"'),
      cart: fc.constantFrom('c1', 'c2'),
      id: fc.integer({ min: 0, max: 60 }),
      after: fc.constantFrom(0, 1_000, 11_000, 40 * 60_000),
      tick: fc.boolean(),
      publish: fc.constantFrom(false, false, false, false, false, false, true),
    });
    let used = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 30 }), fc.nat(), async (steps, cut) => {
        await world.close();
        world = await World.open(1);
        await world.publish({ ...ABANDONED, onRepeat: 'restart', exit: [{ event: 'say "hi"' }] });
        await world.publish({ kind: 'trigger', name: 'silence', purpose: 'marketing', when: [{ inactive: 'login', for: '1h' }], do: ABANDONED['do']! }, 2); // prettier-ignore
        for (const [i, { person, name, cart, id, after, tick: ticks, publish }] of steps.entries()) {
          const event = makeEvent({ id: `e${id}`, person, name, timestamp: world.clock.now(), received: world.clock.now(), properties: { cartId: cart } }); // prettier-ignore
          await world.log.append([{ topic: TOPICS.events, key: person, value: encodeTaskInput({ kind: 'event', ...event }) }]);
          if (publish) await world.publish({ ...ABANDONED, if: 'true' }, 3 + i, 2 + i);
          if (after > 0) await world.pass(milliseconds(after));
          if (ticks) await tick();
        }
        const upTo = 2 + (cut % ((await end()) - 1));
        const { task, store } = await played(upTo);
        const retellings = await Promise.all(
          ['u:ada', 'u:bob', 'a:"\u00e9', 'u:nobody'].map(async (person) => {
            const retelling = new Retelling(partsAt(task), ada({ person }));
            await retelling.tell();
            return { person, found: retelling.state!.people.find(person).state, clock: retelling.state!.clock };
          }),
        );
        const clock = task.clock;
        await task.close();
        const stored = await store.open(0);
        for (const { person, found, clock: own } of retellings) {
          const bytes = stored.person(person);
          const kept = bytes === undefined ? undefined : decodeStoredPerson(person, bytes).state;
          used += kept === undefined ? 0 : 1;
          expect([person, own, found && text(encodePerson(found))]).toEqual([person, clock, kept && text(encodePerson(kept))]);
        }
      }),
      { numRuns: 20 },
    );
    expect(used).toBeGreaterThan(20);
  }, 60_000);
});

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
