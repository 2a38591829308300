import { describe, expect, it } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import { HANDOFF_LAG, HAPPENED_LENGTH_MAX, HAPPENED_MAX } from './happened.js';
import type { Tasks } from './identity.rig.js';
import { at, HOUR, identify, MIN, play, SETTLE, tasksOf, told, type Fields } from './two-ids.rig.js';

const UNTIL = { wait: { until: { event: 'b' }, atMost: '1h' } };
const WAITING: Fields = { when: [{ event: 'a' }], do: [{ id: 'one', email: 'm' }, UNTIL, { id: 'two', email: 'm' }] };
const GOAL: Fields = {
  when: [{ event: 'a' }],
  do: [{ id: 'one', email: 'm' }],
  goal: { event: 'b', within: '1h', value: 'event.total' },
};
const DAY = 24 * HOUR;

const SIDES = [
  ['a:x', 'u:ada'],
  ['u:ada', 'a:x'],
] as const;

describe.each(SIDES)('a run that began under %s, of what happened under %s', (mine, theirs) => {
  it.each([
    [0, 0],
    [1, 1 / MIN],
    [10 * MIN, 10],
    [19 * MIN, 19],
  ])('ends its wait, with what came at %i ms, then', (ms, minutes) => {
    const tasks = tasksOf(WAITING);
    play(tasks, at(0, mine, 'a'), at(ms, theirs, 'b'), identify(20 * MIN));
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([
      [mine, 'one', 0],
      ['u:ada', 'two', minutes],
    ]);
  });

  it.each([
    ['before the wait began', at(-1, theirs, 'b')],
    ['for another key', at(10 * MIN, theirs, 'b', { properties: { k: 2 } })],
    ['without its key', at(10 * MIN, theirs, 'b', { properties: {} })],
    ['as history', at(10 * MIN, theirs, 'b', { historical: true })],
  ])('waits on where it came %s', (_, event) => {
    const tasks = tasksOf(WAITING);
    const [first, second] = [event, at(0, mine, 'a')].sort((a, b) => a.timestamp - b.timestamp) as [Event, Event];
    play(tasks, first, second, identify(20 * MIN));
    tasks.settle(3 * HOUR);
    expect(told(tasks).at(-1)).toEqual(['u:ada', 'two', 60]);
  });

  it.each([
    [HOUR - 1, 60 - 1 / MIN],
    [HOUR, 60],
    [HOUR + 1, 60],
  ])('takes its end as exclusive: what came at %i ms', (ms, minutes) => {
    const tasks = tasksOf(WAITING);
    play(tasks, at(0, mine, 'a'), at(ms, theirs, 'b'), identify(HOUR + 2));
    tasks.settle(3 * HOUR);
    expect(told(tasks).at(-1)?.[2]).toBeCloseTo(minutes, 8);
  });

  it('judges it in its run: what the alias says counts', () => {
    const until = { event: 'b', where: 'total > first.least' };
    const tasks = tasksOf({
      when: [{ event: 'a', as: 'first' }],
      do: [{ wait: { until, atMost: '1h' } }, { id: 'two', email: 'm' }],
    });
    const order = (ms: number, total: number): Event => at(ms, theirs, 'b', { properties: { k: 1, total, other: 1 } });
    play(
      tasks,
      at(0, mine, 'a', { properties: { k: 1, least: 10 } }),
      order(5 * MIN, 10),
      order(7 * MIN, 11),
      identify(20 * MIN),
    );
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'two', 7]]);
  });

  it('moves through several waits, each by its own event, also by what its own side did meanwhile', () => {
    const then = { wait: { until: { event: 'c' }, atMost: '1h' } };
    const tasks = tasksOf({ when: [{ event: 'a' }], do: [UNTIL, then, { id: 'two', email: 'm' }] });
    play(tasks, at(0, mine, 'a'), at(5 * MIN, theirs, 'b'), at(7 * MIN, mine, 'c'), identify(20 * MIN));
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'two', 7]]);
  });

  it.each([
    [0, 1],
    [HOUR - 1, 1],
    [HOUR, 0],
    [HOUR + 1, 0],
  ])('reaches its goal by what came at %i ms: %i times', (ms, count) => {
    const tasks = tasksOf(GOAL);
    play(tasks, at(0, mine, 'a'), at(ms, theirs, 'b', { properties: { k: 1, total: 7 } }), identify(HOUR + 2));
    tasks.settle(3 * HOUR);
    const one = { at: START + ms, value: 7, person: 'u:ada', key: '1', run: [...tasks.actions.values()][0]?.run };
    expect(tasks.goals).toEqual(count === 0 ? [] : [expect.objectContaining(one)]);
  });

  it('reaches its goal once, whatever both sides saw', () => {
    const tasks = tasksOf(GOAL);
    const orders = [at(MIN, mine, 'b'), at(2 * MIN, theirs, 'b'), at(3 * MIN, mine, 'b')];
    play(tasks, at(0, mine, 'a'), ...orders, identify(20 * MIN), at(30 * MIN, theirs, 'b'));
    tasks.settle(3 * HOUR);
    expect(tasks.goals.map((goal) => goal.at)).toEqual([START + MIN]);
  });

  it('is ended by an exit that the other side saw, and reaches its goal by the same event', () => {
    const tasks = tasksOf({ ...WAITING, goal: { event: 'b', within: '1h' }, exit: [{ event: 'b' }] });
    play(tasks, at(0, mine, 'a'), at(5 * MIN, theirs, 'b'), identify(20 * MIN));
    tasks.settle(3 * HOUR);
    expect(told(tasks).map(([, step]) => step)).toEqual(['one']);
    expect(tasks.goals).toHaveLength(1);
  });

  it('hears of it where another anonymous id saw it that became the user before', () => {
    const tasks = tasksOf(GOAL);
    play(tasks, at(0, mine, 'a'), at(MIN, 'a:y', 'b'), identify(10 * MIN, 'u:ada', 'y'), identify(20 * MIN));
    tasks.settle(3 * HOUR);
    expect(tasks.goals.map((goal) => goal.at)).toEqual([START + MIN]);
  });
});

describe('what happened', () => {
  it.each([
    [HOUR - 1, []],
    [HOUR, [HOUR]],
    [HOUR + SETTLE - 1, [HOUR + SETTLE - 1]],
    [HOUR + SETTLE, [HOUR + SETTLE]],
  ])('in the window of a goal, but before the tick that says that the run acts, reaches it: %i ms', (ms, reached) => {
    const tasks = tasksOf({ ...GOAL, when: [{ event: 'a' }, { not: 'c', for: '1h' }] });
    play(tasks, at(0, 'u:ada', 'a'), at(ms, 'u:ada', 'b'));
    tasks.settle(3 * HOUR);
    expect(tasks.goals.map((goal) => goal.at - START)).toEqual(reached);
  });

  it('is seen by a run whose handoff comes after what the user did when the wait was over', () => {
    const tasks = tasksOf(WAITING);
    play(tasks, at(0, 'a:x', 'a'), at(MIN, 'u:ada', 'b'));
    tasks.receive(identify(2 * MIN));
    const held = tasks.hold();
    tasks.receive(at(2 * HOUR, 'u:ada', 'b'));
    tasks.arrive(0);
    tasks.work(0, 10);
    tasks.release(held);
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toContainEqual(['u:ada', 'two', 1]);
  });

  it('is kept for as long as a wait or a goal may look for it, settle, and as long as a handoff may be under way', () => {
    const tasks = tasksOf(GOAL);
    const end = HOUR + SETTLE + HANDOFF_LAG;
    play(tasks, at(0, 'u:ada', 'b'), at(end - 1, 'u:ada', 'b'));
    expect(tasks.state('u:ada')?.happened).toHaveLength(2);
    play(tasks, at(end, 'u:ada', 'b'));
    expect(tasks.state('u:ada')?.happened).toHaveLength(2);
  });

  it('is kept with nothing but what waits and goals read', () => {
    const tasks = tasksOf(GOAL);
    const properties = { k: 1, total: 7, other: 'much' };
    play(tasks, at(0, 'u:ada', 'b', { properties, received: makeInstant(START + 5) }));
    const state = tasks.state('u:ada');
    const kept = { name: 'b', timestamp: START, received: START + 5, properties: { k: 1, total: 7 } };
    expect(state?.happened).toEqual([kept]);
    expect(state && decodePerson(encodePerson(state))).toEqual(state);
  });

  it('is not kept of outcomes', () => {
    const tasks = tasksOf({ ...GOAL, goal: { event: 'email.sent', within: '1h' } });
    play(tasks, at(0, 'u:ada', 'a'));
    tasks.settle(MIN);
    expect(tasks.goals).toHaveLength(1);
    expect(tasks.state('u:ada')?.happened).toBeUndefined();
  });

  it('is not kept where nothing looks for it', () => {
    const tasks = tasksOf({ when: [{ event: 'a' }, { not: 'b', for: '1h' }] });
    play(tasks, at(0, 'u:ada', 'a'), at(MIN, 'u:ada', 'b'));
    expect(tasks.state('u:ada')?.happened).toBeUndefined();
  });

  it('gives way past its limit, counted: the goal is then not reached, and nothing more is sent', () => {
    const tasks = tasksOf(GOAL);
    play(tasks, at(0, 'a:x', 'a'), at(1, 'u:ada', 'b'));
    for (let i = 0; i < HAPPENED_MAX; i++) play(tasks, at(2 + i, 'u:ada', 'b', { properties: { k: 2 + i } }));
    expect(tasks.state('u:ada')?.happened).toHaveLength(HAPPENED_MAX);
    expect(tasks.notices.filter((name) => name === 'happened-full')).toHaveLength(1);
    play(tasks, identify(20 * MIN));
    tasks.settle(3 * HOUR);
    expect(tasks.goals).toEqual([]);
    expect(told(tasks)).toEqual([['a:x', 'one', 0]]);
  });

  it.each([
    [0, 1],
    [1, 0],
  ])('is not kept where it is too large: %i too many characters', (more, count) => {
    const tasks = tasksOf({ ...GOAL, goal: { event: 'b', within: '1h', where: 'text != ""' } });
    const text = 'x'.repeat(HAPPENED_LENGTH_MAX - JSON.stringify({ k: 1, text: '' }).length + more);
    play(tasks, at(0, 'u:ada', 'b', { properties: { text, k: 1 } }));
    expect(tasks.state('u:ada')?.happened ?? []).toHaveLength(count);
    expect(tasks.notices.includes('happened-full')).toBe(count === 0);
  });
});

describe('what happened again and again, and only goals look for', () => {
  const again = (tasks: Tasks, count: number, fields: (i: number) => Partial<Event> = () => ({})): void => {
    for (let i = 0; i < count; i++) play(tasks, at(i * MIN, 'u:ada', 'b', fields(i)));
  };
  const kept = (tasks: Tasks): number[] =>
    tasks.state('u:ada')?.happened?.map(({ timestamp }) => (timestamp - START) / MIN) ?? [];

  it('is kept as the first and the last of those that are alike, and is not counted as given way', () => {
    const tasks = tasksOf(GOAL);
    again(tasks, 30);
    expect(kept(tasks)).toEqual([0, 29]);
    expect(tasks.notices).not.toContain('happened-full');
  });

  it.each([
    ['is said differently', (i: number): Partial<Event> => ({ properties: { k: i } })],
    ['came late', (i: number): Partial<Event> => ({ received: makeInstant(START + i * MIN + SETTLE) })],
  ])('is kept each by itself where it %s', (_, fields) => {
    const tasks = tasksOf(GOAL);
    again(tasks, 5, fields);
    expect(kept(tasks)).toEqual([0, 1, 2, 3, 4]);
  });

  it('is kept each by itself where a wait looks for it too: which one ends it moves what comes after', () => {
    const tasks = tasksOf({ ...WAITING, goal: { event: 'b', within: '1h' } });
    again(tasks, 5);
    expect(kept(tasks)).toEqual([0, 1, 2, 3, 4]);
  });

  it.each([
    [2 * MIN, [0, 2]],
    [2 * MIN - 1, [0, 1, 2]],
  ])('is kept where it lies between two that are further apart than the window: %i ms', (within, all) => {
    const tasks = tasksOf({ ...GOAL, goal: { event: 'b', within: `${within}ms` }, time: { settle: '5m' } });
    again(tasks, 3);
    expect(kept(tasks)).toEqual(all);
  });

  it('reaches each goal that is open when the two ids meet, and none that was not reached', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 10 });
    const minute = fc.integer({ min: 0, max: 60 });
    const late = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(times, late, minute, fc.integer({ min: 1, max: 40 }), minute, (all, delays, from, within, link) => {
        // The wait keeps the run beyond the window of its goal.
        const steps = [{ id: 'one', email: 'm' }, { wait: { for: '1d' } }, { id: 'two', email: 'm' }];
        const goal = { event: 'b', within: `${within}m` };
        const tasks = tasksOf({ when: [{ event: 'a' }], do: steps, goal, time: { settle: '1m' } });
        const logins = all.map((ms, i) =>
          at(ms * MIN, 'u:ada', 'b', { received: makeInstant(START + (ms + (delays[i] ?? 0) / 2) * MIN) }),
        );
        const order = [at((from + 0.25) * MIN, 'a:x', 'a'), ...logins, identify((link + from) * MIN + 0.3 * MIN)];
        play(tasks, ...order.toSorted((a, b) => a.received - b.received));
        tasks.settle(3 * DAY);
        const end = from + 0.25 + within;
        const reaching = all.filter((ms, i) => ms > from && ms < end && ms + (delays[i] ?? 0) / 2 < end + 1);
        // What is older than the window is not kept: of a goal that was over before the two met it may not be known.
        if (link + from + 0.3 < end + 1 || reaching.length === 0) expect(tasks.goals).toHaveLength(reaching.length > 0 ? 1 : 0);
        const [reached] = tasks.goals.map((each) => (each.at - START) / MIN);
        if (reached !== undefined) expect(reaching).toContain(reached);
      }),
      { numRuns: 300 },
    );
  });
});

type Did = { readonly ms: number; readonly name: string; readonly isMine: boolean };
type Expected = { readonly messages: readonly [string, number][]; readonly goal: readonly number[] };

/** By the whole history of the human: each waits for what is known first, of that for what happened first. */
function oracle(all: readonly Did[], link: number): Expected {
  const known = ({ ms, isMine }: Did, from: number): number => Math.max(from, isMine ? ms : Math.max(ms, link));
  const first = (name: string, after: number, from: number): { readonly ms: number; readonly seen: number } => {
    const found = all
      .filter((did) => did.name === name && did.ms > after)
      .map((did) => ({ ms: did.ms, seen: known(did, from) }))
      .sort((a, b) => a.seen - b.seen || a.ms - b.ms)[0];
    return found ?? { ms: DAY, seen: DAY };
  };
  const messages: [string, number][] = [['one', 0]];
  const b = first('b', -1, 0);
  messages.push(['two', b.ms]);
  const c = first('c', b.ms, b.seen);
  messages.push(['three', c.ms === DAY ? b.seen + DAY : Math.max(b.seen, c.ms)]);
  const goal = first('d', -1, 0);
  return { messages, goal: goal.ms === DAY ? [] : [goal.ms] };
}

describe('a journey of one human under two ids', () => {
  it('is as the whole history says, whoever did what when', () => {
    const names = fc.constantFrom('b', 'c', 'd');
    const did = fc.record({ ms: fc.integer({ min: 1, max: 40 }), name: names, isMine: fc.boolean() });
    const history = fc.uniqueArray(did, { selector: ({ ms }) => ms, maxLength: HAPPENED_MAX });
    fc.assert(
      fc.property(history, fc.integer({ min: 0, max: 40 }), fc.constantFrom(...SIDES), (all, half, [mine, theirs]) => {
        const link = half + 0.5;
        fc.pre(all.some(({ name }) => name === 'b'));
        const then = { wait: { until: { event: 'c' }, atMost: '1d' } };
        const until = { wait: { until: { event: 'b' }, atMost: '1d' } };
        const steps = [{ id: 'one', email: 'm' }, until, { id: 'two', email: 'm' }, then, { id: 'three', email: 'm' }];
        const tasks = tasksOf({ when: [{ event: 'a' }], do: steps, goal: { event: 'd', within: '1d' } });
        const events = all.map(({ ms, name, isMine }) => at(ms * MIN, isMine ? mine : theirs, name));
        const order = [at(0, mine, 'a'), ...events, identify(link * MIN)].sort((a, b) => a.timestamp - b.timestamp);
        play(tasks, ...order);
        tasks.settle(3 * DAY);
        const { messages, goal } = oracle(
          all.map((each) => ({ ...each, ms: each.ms * MIN })),
          link * MIN,
        );
        const sent = [...tasks.actions.values()].map(({ step, decided }) => [step, decided - START]);
        expect(sent).toEqual(messages);
        expect(tasks.goals.map((each) => each.at - START)).toEqual(goal);
      }),
      { numRuns: 200 },
    );
  });
});
