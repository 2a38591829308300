import { describe, expect, it } from '@jest/globals';
import { makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { Definition } from '../compile/definitions.js';
import { makeProgram } from '../compile/program.js';
import { segment, WATCHING } from '../segment/segments.rig.js';
import { Tasks } from './identity.rig.js';
import { at, HOUR, identify, MIN, play } from './two-ids.rig.js';

const DAY = 24 * HOUR;
const tasksWith = (...definitions: Definition[]): Tasks => {
  const program = makeProgram(definitions);
  expect(program.problems).toEqual([]);
  return new Tasks(program, 2, (person) => (person.startsWith('u:') ? 0 : 1));
};
const trigger = (when: unknown, fields: object = {}): Definition => ({
  ...{ name: 't', version: 1, revision: 1, state: 'live' },
  document: makeTriggerDocument({
    ...{ name: 't', by: undefined, when: when as [], do: [{ id: 'mail', email: 'm' }] },
    ...fields,
  }),
});
const told = (tasks: Tasks): [string, string, number][] =>
  [...tasks.actions.values()].map((a) => [a.trigger, a.person, (a.decided - START) / MIN]);
const order = (min: number, person: string, total: number) => at(min * MIN, person, 'order', { properties: { total } });

describe('segments at a handoff', () => {
  const vip = (): Tasks => tasksWith(segment({ where: 'spent > 500' }), ...WATCHING);

  it('what both ids spent is counted together, and entering is told once, to the user', () => {
    const tasks = vip();
    play(tasks, order(0, 'a:x', 300), order(1, 'u:ada', 300), identify(2 * MIN), identify(3 * MIN));
    tasks.settle(DAY);
    expect(told(tasks)).toEqual([['in', 'u:ada', 2 - 10_000 / MIN + 1 / MIN]]);
    expect(tasks.state('a:x')?.segments).toEqual([]);
    tasks.settle(91 * DAY);
    expect(told(tasks).slice(1)).toEqual([['out', 'u:ada', (90 * DAY) / MIN]]);
  });

  it('who was told to have entered under the anonymous id is not told again, and leaves as the user', () => {
    const tasks = vip();
    play(tasks, order(0, 'a:x', 600), order(1, 'u:ada', 1), identify(2 * MIN));
    tasks.settle(DAY);
    expect(told(tasks)).toEqual([['in', 'a:x', 10_000 / MIN - 10_000 / MIN]]);
    tasks.settle(91 * DAY);
    expect(told(tasks).slice(1)).toEqual([['out', 'u:ada', (90 * DAY) / MIN]]);
  });

  it('an order that was told under both ids counts once', () => {
    const tasks = vip();
    const one = order(0, 'a:x', 300);
    play(tasks, one, { ...one, person: 'u:ada' }, identify(MIN));
    tasks.settle(DAY);
    expect(told(tasks)).toEqual([]);
  });

  it.each([
    ['t', 0],
    ['another', 1],
  ])('entering by what messages of %s brought about under both ids has that cause', (cause, count) => {
    const caused = { type: 'outcome', causedBy: { trigger: cause, depth: 2 } } as const;
    const tasks = tasksWith(segment({ where: 'spent > 500' }), trigger([{ enters: 'vip' }]));
    play(tasks, { ...order(0, 'a:x', 300), ...caused }, { ...order(1, 'u:ada', 300), ...caused }, identify(2 * MIN));
    tasks.settle(DAY);
    expect([...tasks.actions.values()].map(({ depth }) => depth)).toEqual(count === 0 ? [] : [3]);
  });

  it('traits that come with it are seen at once', () => {
    const tasks = tasksWith(segment({ let: {}, where: 'default(user.plan, "") == "pro"' }), ...WATCHING);
    play(tasks, at(0, 'a:x', 'e', { type: 'identify', traits: { plan: 'pro' } }), at(MIN, 'u:ada', 'e'), identify(2 * MIN));
    tasks.settle(DAY);
    expect(told(tasks).map(([name]) => name)).toEqual(['in']);
  });

  it('who joins a rising segment by what both did is told at once', () => {
    const tasks = tasksWith(segment({ let: { n: { count: 'order', within: '90d' } }, where: 'n >= 2' }), ...WATCHING);
    play(tasks, order(0, 'a:x', 1), order(1, 'u:ada', 1), identify(2 * MIN));
    expect(told(tasks).map(([name, person]) => [name, person])).toEqual([['in', 'u:ada']]);
  });

  it("a trait that only comes with it lets in whom the user's own orders would", () => {
    const fields = { let: { n: { count: 'order', within: '90d' } }, where: 'n >= 1 && default(user.plan, "") == "pro"' };
    const tasks = tasksWith(segment(fields), ...WATCHING);
    play(tasks, at(0, 'a:x', 'e', { type: 'identify', traits: { plan: 'pro' } }), order(1, 'u:ada', 1), identify(2 * MIN));
    tasks.settle(HOUR);
    expect(told(tasks).map(([name, person]) => [name, person])).toEqual([['in', 'u:ada']]);
  });

  it('of an id that was handed over nothing is kept, whatever is published or comes due', () => {
    const tasks = vip();
    play(tasks, order(0, 'a:x', 600), identify(MIN));
    const before = tasks.state('a:x');
    const daily = trigger([{ every: 'daily 09:00' }]);
    const program = makeProgram([segment({ where: 'spent > 1' }, { version: 2, revision: 2 }), ...WATCHING, daily]);
    const { state, outputs } = advance(program, 'a:x', before, { kind: 'timer', due: tasks.now, clock: tasks.now });
    expect({ state, outputs }).toEqual({ state: before, outputs: [] });
    const { state: after } = advance(program, 'a:x', before, { kind: 'event', event: order(2, 'a:x', 9), clock: tasks.now });
    expect(after).toEqual(before);
  });
});

it('what is asked is counted, and what is answered: the difference is who is asking', () => {
  const tasks = tasksWith(trigger([{ event: 'a' }, { not: 'b', for: '1h' }]));
  play(tasks, at(0, 'a:x', 'a'), identify(MIN));
  const count = (name: string): number => tasks.notices.filter((each) => each === name).length;
  tasks.pass(2 * HOUR);
  tasks.tick(0);
  tasks.work(0, 9);
  expect([count('probed'), count('answered'), tasks.asking]).toEqual([1, 0, 1]);
  tasks.settle();
  expect([count('probed'), count('answered'), tasks.asking]).toEqual([1, 1, 0]);
});

describe('the calendar at a handoff', () => {
  const date = (min: number): string => new Date(START + min * MIN).toISOString();
  const renews = (min: number, person: string, on: number) =>
    at(min * MIN, person, 'e', { type: 'identify', traits: { renewal: date(on) } });
  const dated = (): Tasks => tasksWith(trigger([{ date: 'user.renewal' }]));

  it('a date that was told under the anonymous id stands for the user, once', () => {
    const tasks = dated();
    play(tasks, renews(0, 'a:x', 600), at(MIN, 'u:ada', 'e'), identify(2 * MIN), identify(3 * MIN));
    tasks.settle(2 * DAY);
    expect(told(tasks)).toEqual([['t', 'u:ada', 600]]);
  });

  it("the user's own date stays, and takes back what theirs began", () => {
    const tasks = tasksWith(trigger([{ date: 'user.renewal' }, { not: 'b', for: '1h' }]));
    play(tasks, renews(0, 'a:x', 5), renews(1, 'u:ada', 600), identify(10 * MIN));
    tasks.settle(2 * DAY);
    expect(told(tasks)).toEqual([['t', 'u:ada', 660]]);
  });

  it('a day of a schedule that was told under one id is not told again, and one that both are in is one run', () => {
    const hour = new Date(START + HOUR).toISOString().slice(11, 16);
    const tasks = tasksWith(trigger([{ every: `daily ${hour}` }, { not: 'b', for: '1h' }]));
    play(tasks, at(0, 'a:x', 'b'), at(0, 'u:ada', 'b', { id: 'u' }));
    tasks.settle(HOUR + 20_000);
    play(tasks, identify(HOUR + 30_000));
    tasks.settle(3 * HOUR);
    expect(told(tasks).map(([, person]) => person)).toEqual(['u:ada']);
    tasks.settle(DAY);
    expect(told(tasks)).toHaveLength(2);
  });

  it('a day that was told under the anonymous id is not told again by a user whose task is late', () => {
    const hour = new Date(START + HOUR).toISOString().slice(11, 16);
    const tasks = tasksWith(trigger([{ every: `daily ${hour}` }]));
    play(
      tasks,
      at(0, 'a:x', 'e', { type: 'identify', traits: { a: 1 } }),
      at(0, 'u:ada', 'e', { type: 'identify', traits: { b: 1 } }),
    );
    tasks.pass(HOUR + 20_000);
    tasks.tick(1);
    tasks.work(1, 9);
    expect(told(tasks)).toEqual([['t', 'a:x', 60]]);
    tasks.receive(identify(HOUR + 30_000));
    tasks.settle(MIN);
    expect(told(tasks)).toEqual([['t', 'a:x', 60]]);
    tasks.settle(DAY);
    expect(told(tasks).slice(1)).toEqual([['t', 'u:ada', 60 + 24 * 60]]);
  });
});
