import { describe, expect, it } from '@jest/globals';
import type { Event } from '@tripline/model';
import { at, HOUR, identify, MIN, play, tasksOf, told } from './two-ids.rig.js';

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
