import { describe, expect, it } from '@jest/globals';
import { at, HOUR, identify, MIN, play, SETTLE, tasksOf, told } from './two-ids.rig.js';

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

  it('keeps the ids of its runs also where what waits begins anew under the user', () => {
    const tasks = tasksOf({ onRepeat: 'restart' });
    play(tasks, at(0, 'a:x', 'a'), identify(MIN), at(2 * MIN, 'u:ada', 'a'));
    tasks.settle(2 * HOUR);
    const alone = tasksOf();
    play(alone, at(0, 'a:x', 'a'));
    alone.settle(2 * HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'mail', 62]]);
    expect([...tasks.actions.values()].map(({ run }) => run)).toEqual([...alone.actions.values()].map(({ run }) => run));
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
