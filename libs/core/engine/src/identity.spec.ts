import { describe, expect, it } from '@jest/globals';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { DEVICES_MAX } from './identity.js';
import { Tasks } from './identity.rig.js';
import { makeProgram } from './program.js';

const MIN = 60_000;
const HOUR = 60 * MIN;
const SETTLE = 10_000;
type Fields = Parameters<typeof makeTriggerDocument>[0];

/** `answers`: what is asked for is sent at once. */
const tasksOf = (fields: Fields = {}, answers = true): Tasks => {
  const document = makeTriggerDocument({ name: 't', by: 'k', when: [{ event: 'a' }, { not: 'b', for: '1h' }], ...fields });
  const program = makeProgram([{ name: 't', version: 1, revision: 1, document, state: 'live' }]);
  expect(program.problems).toEqual([]);
  return new Tasks(program, 2, (person) => (person.startsWith('u:') ? 0 : 1), answers);
};
const at = (ms: number, person: string, name: string, fields: Partial<Event> = {}): Event =>
  eventAt(ms, name, { k: 1 }, { person, id: `${person} ${name} ${ms}`, ...fields });
const identify = (ms: number, user = 'u:ada', anonymousId = 'x', fields: Partial<Event> = {}): Event =>
  at(ms, user, '$identify', { type: 'identify', anonymousId, properties: {}, ...fields });
const told = (tasks: Tasks): [string, string, number][] =>
  [...tasks.actions.values()].map((a) => [a.person, a.step, (a.decided - START) / MIN]);
/** Everything received at its time, and read at once. */
const play = (tasks: Tasks, ...events: Event[]): void => {
  for (const event of events) {
    tasks.settle(event.received - tasks.now);
    tasks.receive(event);
    tasks.settle();
  }
};

describe('a person under two ids', () => {
  it('is written to once, as the user, when nobody ordered', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), identify(20 * MIN));
    tasks.settle(HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'mail', 60]]);
    expect(tasks.asking).toBe(0);
  });

  it.each([
    ['under the user, after they were linked', [at(0, 'a:x', 'a'), identify(20 * MIN), at(30 * MIN, 'u:ada', 'b')]],
    ['under the user, before they were linked', [at(0, 'a:x', 'a'), at(10 * MIN, 'u:ada', 'b'), identify(20 * MIN)]],
    ['anonymously, after they were linked', [at(0, 'a:x', 'a'), identify(20 * MIN), at(30 * MIN, 'a:x', 'b')]],
    ['on another device', [at(0, 'a:x', 'a'), identify(20 * MIN), identify(21 * MIN, 'u:ada', 'y'), at(30 * MIN, 'a:y', 'b')]],
    ['anonymously, for a cart of the user', [at(0, 'u:ada', 'a'), at(5 * MIN, 'a:x', 'b'), identify(20 * MIN)]],
    ['at the last millisecond', [at(0, 'a:x', 'a'), identify(20 * MIN), at(HOUR - 1, 'a:x', 'b')]],
    ['at the very instant', [at(MIN, 'a:x', 'a'), at(MIN, 'u:ada', 'b'), identify(20 * MIN)]],
  ])('hears nothing where the order was %s', (_, events) => {
    const tasks = tasksOf();
    play(tasks, ...events);
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([]);
  });

  it('is handed what waited for a tick too, after everything else', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'));
    tasks.pass(70 * MIN);
    tasks.receive(at(70 * MIN, 'a:x', 'a', { properties: { k: 2 } }));
    tasks.arrive(0);
    tasks.work(1, 10);
    expect(tasks.state('a:x')?.ahead).toHaveLength(1);
    tasks.receive(identify(71 * MIN));
    for (let i = 0; i < 2; i++) tasks.arrive(0);
    tasks.work(1, 10);
    expect(tasks.state('a:x')?.ahead).toBeUndefined();
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([
      ['u:ada', 'mail', 60],
      ['u:ada', 'mail', 130],
    ]);
  });

  it('hears of it where the order came at the deadline', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), identify(20 * MIN), at(HOUR, 'a:x', 'b'));
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'mail', 60]]);
  });

  it('is asked about before a deadline: what is still on its way decides', () => {
    const tasks = tasksOf();
    play(tasks, identify(0), at(MIN, 'u:ada', 'a'));
    tasks.pass(30 * MIN);
    tasks.receive(at(31 * MIN, 'a:x', 'b'));
    tasks.arrive(0);
    tasks.pass(HOUR);
    tasks.tick(0);
    tasks.work(0, 10);
    expect(tasks.asking).toBe(1);
    expect(tasks.actions.size).toBe(0);
    tasks.settle(HOUR);
    expect(told(tasks)).toEqual([]);
    expect(tasks.asking).toBe(0);
  });

  it('keeps the ids of its runs: what was asked for before the link is the same run after it', () => {
    const steps = [{ id: 'one', email: 'm' }, { wait: { for: '1h' } }, { id: 'two', email: 'm' }];
    const tasks = tasksOf({ do: steps });
    play(tasks, at(0, 'a:x', 'a'));
    tasks.settle(HOUR + SETTLE);
    play(tasks, identify(90 * MIN));
    tasks.settle(3 * HOUR);
    const [one, two] = [...tasks.actions.values()];
    expect([one?.person, two?.person]).toEqual(['a:x', 'u:ada']);
    expect(two?.run).toBe(one?.run);
    expect(tasks.state('u:ada')?.runs).toEqual([]);
  });

  it('has its outcomes forwarded: a run goes on when its anonymous message was sent', () => {
    const tasks = tasksOf({ do: [{ id: 'one', email: 'm' }, { wait: { for: '1h' } }, { id: 'two', email: 'm' }] });
    play(tasks, at(0, 'a:x', 'a'));
    tasks.pass(HOUR + SETTLE);
    tasks.tick(1);
    tasks.work(1, 10);
    expect(tasks.actions.size).toBe(1);
    tasks.receive(identify(90 * MIN));
    tasks.settle(3 * HOUR);
    expect(told(tasks).map(([, step]) => step)).toEqual(['one', 'two']);
  });

  it('has its outcomes told to whom its runs were handed, also when the device is another\u2019s by then', () => {
    const tasks = tasksOf({ do: [{ id: 'one', email: 'm' }, { wait: { for: '1h' } }, { id: 'two', email: 'm' }] });
    play(tasks, at(0, 'a:x', 'a'));
    tasks.pass(HOUR + SETTLE);
    tasks.tick(1);
    tasks.work(1, 10);
    const outcome = tasks.hold();
    play(tasks, identify(90 * MIN), identify(91 * MIN, 'u:bob'));
    tasks.release(outcome);
    tasks.settle(3 * HOUR);
    expect(told(tasks).map(([person, step]) => [person, step])).toEqual([
      ['a:x', 'one'],
      ['u:ada', 'two'],
    ]);
  });

  it('an exit days before the link ends what still waits', () => {
    const steps = [{ id: 'one', email: 'm' }, { wait: { for: '5d' } }, { id: 'two', email: 'm' }];
    const tasks = tasksOf({ do: steps, exit: [{ event: 'x' }] });
    play(tasks, at(0, 'a:x', 'a'), at(2 * HOUR, 'u:ada', 'x'), at(60 * HOUR, 'u:ada', 'x', { properties: { k: 2 } }));
    play(tasks, identify(72 * HOUR));
    tasks.settle(100 * HOUR);
    expect(told(tasks).map(([, step]) => step)).toEqual(['one']);
  });

  it('recalls what is still held when the user turns out to have ordered after the window', () => {
    const tasks = tasksOf({}, false);
    play(tasks, at(0, 'a:x', 'a'), at(65 * MIN, 'u:ada', 'b'), identify(100 * MIN));
    expect(tasks.state('u:ada')?.runs.map(({ actions }) => actions[0]?.recalled)).toEqual([true]);
  });

  it('recalls what is still held when the user turns out to have ordered', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), at(30 * MIN, 'u:ada', 'b'));
    tasks.pass(HOUR);
    tasks.tick(1);
    tasks.work(1, 10);
    expect(tasks.actions.size).toBe(1);
    tasks.hold();
    play(tasks, identify(100 * MIN));
    expect(tasks.state('u:ada')?.runs.map(({ actions }) => actions[0]?.recalled)).toEqual([true]);
  });
});

describe('two carts of one person', () => {
  const both = [at(0, 'a:x', 'a'), at(10 * MIN, 'u:ada', 'a'), identify(20 * MIN)];
  it.each([
    ['keepFirst', [60]],
    ['restart', [70]],
    ['extend', [70]],
    ['parallel', [60, 70]],
  ])('meet as onRepeat says: %s', (onRepeat, expected) => {
    const tasks = tasksOf({ onRepeat });
    play(tasks, ...both);
    tasks.settle(3 * HOUR);
    expect(told(tasks).map(([, , minute]) => minute)).toEqual(expected);
  });

  it('are one attempt where one of them acts already', () => {
    const tasks = tasksOf({ do: [{ id: 'one', email: 'm' }, { wait: { for: '1h' } }, { id: 'two', email: 'm' }] });
    play(tasks, at(0, 'a:x', 'a'), at(30 * MIN, 'u:ada', 'a'), identify(65 * MIN));
    tasks.settle(4 * HOUR);
    expect(told(tasks).map(([, step]) => step)).toEqual(['one', 'two']);
  });

  it('count together, where several make the first element', () => {
    const tasks = tasksOf({ when: [{ event: 'a', times: 3, within: '1h' }] });
    play(tasks, at(0, 'a:x', 'a'), at(5 * MIN, 'u:ada', 'a'), at(10 * MIN, 'a:x', 'a'), identify(20 * MIN));
    expect(told(tasks)).toEqual([['u:ada', 'mail', 10]]);
  });

  it('are one where the first was open when the second began, whatever came later', () => {
    const tasks = tasksOf({ when: [{ event: 'a' }, { event: 'b', times: 2, within: '1h' }] });
    play(tasks, at(0, 'a:x', 'a'), at(20 * MIN, 'u:ada', 'a'), at(25 * MIN, 'a:x', 'b'), at(30 * MIN, 'u:ada', 'b'));
    play(tasks, identify(40 * MIN));
    expect(told(tasks)).toEqual([['u:ada', 'mail', 30]]);
  });

  it('count an event once, though both the user\u2019s memory and run tell of it', () => {
    const tasks = tasksOf({ when: [{ event: 'a' }, { event: 'b', times: 3, within: '1h' }] });
    play(tasks, at(0, 'a:x', 'a'), at(20 * MIN, 'u:ada', 'a'), at(25 * MIN, 'a:x', 'b'), at(30 * MIN, 'u:ada', 'b'));
    play(tasks, identify(40 * MIN));
    expect(told(tasks)).toEqual([]);
    play(tasks, at(50 * MIN, 'a:x', 'b'));
    expect(told(tasks)).toEqual([['u:ada', 'mail', 50]]);
  });

  it('count an event for one element only, though memory tells of it for one and the run for another', () => {
    const when = [{ event: 'a', as: 'first' }, { event: 'b' }, { event: 'b', where: 'm >= first.n' }];
    const tasks = tasksOf({ when });
    const cart = (ms: number, person: string): Event => at(ms, person, 'a', { properties: { k: 1, n: 1 } });
    const b = (ms: number): Event => at(ms, 'u:ada', 'b', { properties: { k: 1, m: 5 } });
    play(tasks, cart(0, 'a:x'), cart(20 * MIN, 'u:ada'), b(30 * MIN), identify(40 * MIN));
    expect(told(tasks)).toEqual([]);
    play(tasks, b(50 * MIN));
    expect(told(tasks)).toEqual([['u:ada', 'mail', 50]]);
  });

  it('collect into one list, the newest of each kind', () => {
    const tasks = tasksOf({
      let: { items: { list: 'a', unique: 'sku' } },
      do: [{ id: 'mail', email: 'm', with: { items: 'items' } }],
    });
    const cart = (ms: number, person: string, sku: string): Event => at(ms, person, 'a', { properties: { k: 1, sku } });
    play(tasks, cart(0, 'a:x', 's1'), cart(5 * MIN, 'u:ada', 's2'), cart(6 * MIN, 'u:ada', 's1'), identify(20 * MIN));
    play(tasks, cart(30 * MIN, 'a:x', 's3'));
    tasks.settle(HOUR);
    expect([...tasks.actions.values()][0]?.data).toEqual({
      items: [{ sku: 's2' }, { sku: 's1' }, { sku: 's3' }].map((i) => ({ k: 1, ...i })),
    });
  });
});

describe('links', () => {
  it('hand over once: the same again changes nothing, and so does its handoff', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), identify(20 * MIN));
    const before = tasks.state('u:ada');
    play(tasks, identify(20 * MIN));
    expect(tasks.state('u:ada')).toEqual(before);
    const { log } = tasks.partitions[0] as Tasks['partitions'][number];
    log.push(log.find(({ input }) => input.kind === 'handoff') as (typeof log)[number]);
    tasks.settle();
    expect(tasks.state('u:ada')).toEqual(before);
    expect(tasks.notices).toContain('handoff-repeated');
  });

  it('hand over once, also where it is long ago or the device is no longer kept', () => {
    const handedOver = (...events: Event[]): Tasks => {
      const tasks = tasksOf();
      play(tasks, at(0, 'a:x', 'a'), identify(MIN), ...events);
      const { log } = tasks.partitions[0] as Tasks['partitions'][number];
      log.push(log.find(({ input }) => input.kind === 'handoff') as (typeof log)[number]);
      tasks.settle();
      return tasks;
    };
    const logins = Array.from({ length: DEVICES_MAX }, (_, i) => identify((2 + i) * MIN, 'u:ada', `x${i}`));
    expect(handedOver(...logins).notices).toContain('handoff-repeated');
    const days = Array.from({ length: 4 }, (_, i) => at((i + 1) * 30 * HOUR, 'u:ada', 'b'));
    expect(handedOver(...days).notices).toContain('handoff-repeated');
  });

  it('to a second user: the device starts afresh, nothing of the first goes over, whatever comes late', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), identify(20 * MIN), identify(30 * MIN, 'u:bob'), at(40 * MIN, 'a:x', 'a'));
    expect(tasks.state('u:bob')?.runs.map(({ start }) => (start - START) / MIN)).toEqual([40]);
    play(
      tasks,
      identify(20 * MIN, 'u:ada', 'x', { received: identify(50 * MIN).received, id: 'late' }),
      at(55 * MIN, 'a:x', 'b'),
    );
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'mail', 60]]);
    expect(tasks.asking).toBe(0);
  });

  it('back to the first: what comes from then on is theirs again', () => {
    const tasks = tasksOf();
    play(tasks, identify(10 * MIN), identify(20 * MIN, 'u:bob'), identify(30 * MIN), at(40 * MIN, 'a:x', 'a'));
    expect(tasks.state('u:ada')?.runs).toHaveLength(1);
    expect(tasks.state('u:bob')?.runs).toEqual([]);
  });

  it('an alias links its previousId', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', 'a'), at(MIN, 'u:ada', '$alias', { type: 'alias', properties: { previousId: 'x' } }));
    expect(tasks.state('u:ada')?.runs).toHaveLength(1);
    expect(tasks.state('a:x')).toMatchObject({ runs: [], identity: { stub: { user: 'u:ada' } } });
  });

  it('bring the traits that the user lacks', () => {
    const tasks = tasksOf();
    play(tasks, at(0, 'a:x', '$identify', { type: 'identify', traits: { plan: 'free', city: 'Oslo' } }));
    play(tasks, identify(MIN, 'u:ada', 'x', { traits: { plan: 'pro' } }));
    expect(tasks.state('u:ada')).toMatchObject({ traits: { plan: 'pro', city: 'Oslo' }, revision: 2 });
  });

  it(`keep the newest ${DEVICES_MAX} devices of a user`, () => {
    const tasks = tasksOf();
    play(tasks, ...Array.from({ length: DEVICES_MAX + 2 }, (_, i) => identify(i * MIN, 'u:ada', `x${i}`)));
    expect(tasks.state('u:ada')?.identity?.devices?.map(({ person }) => person)).toEqual(
      Array.from({ length: DEVICES_MAX }, (_, i) => `a:x${i + 2}`),
    );
  });

  it('forward a repeat under its own message id: it counts once', () => {
    const tasks = tasksOf({ when: [{ event: 'a', times: 2, within: '1h' }] });
    const cart = at(0, 'a:x', 'a');
    play(tasks, cart, identify(MIN), { ...cart, received: identify(2 * MIN).received });
    expect(tasks.actions.size).toBe(0);
  });
});

describe('probes and answers', () => {
  const asked = (): Tasks => {
    const tasks = tasksOf();
    play(tasks, identify(0), identify(0, 'u:ada', 'y'), at(MIN, 'u:ada', 'a'));
    tasks.pass(2 * HOUR);
    tasks.tick(0);
    tasks.work(0, 10);
    return tasks;
  };

  it('come for each device; nothing is decided before the last answer', () => {
    const tasks = asked();
    expect(tasks.state('u:ada')?.identity?.asking?.waiting).toEqual(['a:x', 'a:y']);
    tasks.work(1, 1);
    tasks.work(0, 10);
    expect(tasks.actions.size).toBe(0);
    tasks.settle();
    expect(told(tasks)).toEqual([['u:ada', 'mail', 61]]);
  });

  it('an answer about an earlier instant, or a second time, is none', () => {
    const tasks = asked();
    const { log } = tasks.partitions[0] as Tasks['partitions'][number];
    const early = { kind: 'answer', id: 'early', person: 'u:ada', from: 'a:x', due: START } as const;
    log.push({ input: early, appended: tasks.now });
    tasks.work(0, 10);
    expect(tasks.state('u:ada')?.identity?.asking?.waiting).toEqual(['a:x', 'a:y']);
    tasks.work(1, 1);
    log.push(log.at(-1) as (typeof log)[number]);
    tasks.work(0, 10);
    expect(tasks.state('u:ada')?.identity?.asking?.waiting).toEqual(['a:y']);
    tasks.settle();
    expect(tasks.actions.size).toBe(1);
  });
});
