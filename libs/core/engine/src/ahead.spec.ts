import { describe, expect, it } from '@jest/globals';
import { AHEAD_MAX } from './ahead.js';
import { brief, H, SETTLE, Task } from './one-task.rig.js';

const CART = { when: [{ event: 'a' }, { not: 'b', for: '1h' }], do: [{ id: 'mail', email: 'cart-reminder' }] };

describe('events that are ahead of their tick', () => {
  const late = [
    ['recall', 'violated'],
    ['mail', H],
  ];
  it.each([
    ['before what is due has settled ends it', H + SETTLE - 1, [], []],
    ['at the instant a tick was due waits, and recalls', H + SETTLE, ['event-ahead'], late],
    ['later waits, and recalls', H + SETTLE + 1, ['event-ahead'], late],
  ])('one that is received %s', (_, received, atOnce, byTick) => {
    const task = Task.of(CART);
    task.event(0, 'a');
    expect(brief(task.event(H - 1, 'b', {}, { received: task.received(received) }))).toEqual(atOnce);
    expect(brief(task.tick(3 * H)).filter((each) => each !== 'late-cancel')).toEqual(byTick);
    expect(task.state?.ahead).toBeUndefined();
  });

  it('are applied in the order they came, each when nothing is due before it', () => {
    const task = Task.of(CART);
    task.event(0, 'a');
    task.event(2 * H, 'a', {}, { id: 'second' });
    task.event(4 * H, 'b');
    expect(brief(task.tick(H + SETTLE))).toEqual([['mail', H]]);
    expect(task.state?.ahead).toHaveLength(1);
    expect(brief(task.tick(3 * H + SETTLE))).toContainEqual(['mail', 3 * H]);
    expect(task.state?.ahead).toBeUndefined();
  });

  it('wait once, however many copies come: the first received counts', () => {
    const task = Task.of(CART);
    task.event(0, 'a');
    const copy = (received: number): unknown[] =>
      brief(task.event(2 * H, 'a', {}, { id: 'second', received: task.received(received) }));
    expect([2 * H + 2, 2 * H + 3, 2 * H + 1].map(copy)).toEqual([['event-ahead'], ['event-repeated'], ['event-ahead']]);
    expect(task.state?.ahead?.map(({ received }) => received)).toEqual([task.received(2 * H + 1)]);
    for (let i = 0; i < AHEAD_MAX; i++) expect(copy(2 * H + 4 + i)).toEqual(['event-repeated']);
    expect(brief(task.tick(H + SETTLE))).toEqual([['mail', H]]);
    expect(task.state?.runs.map(({ start }) => start)).toContain(task.received(2 * H));
  });

  it('do not wait any more when an earlier one, told late, takes away what was due', () => {
    const task = Task.of(CART);
    task.event(0, 'a');
    task.event(2 * H, 'a');
    expect(task.state?.ahead).toHaveLength(1);
    task.event(H - 1, 'b', {}, { received: task.received(H) });
    expect(task.state?.ahead).toBeUndefined();
    expect(brief(task.tick(9 * H))).toEqual([['mail', 3 * H]]);
  });

  it('give way from the oldest where there are too many: it is applied at once, counted', () => {
    const task = Task.of(CART);
    task.event(0, 'a');
    for (let i = 0; i < AHEAD_MAX; i++) task.event(2 * H + i, 'b', { k: `other-${i}` });
    expect(brief(task.event(2 * H + AHEAD_MAX, 'b', { k: 'last' }))).toContain('ahead-full');
    expect(task.state?.ahead).toHaveLength(AHEAD_MAX);
  });

  it('need no state where no trigger names them', () => {
    const task = Task.of(CART);
    task.event(0, 'a');
    task.event(2 * H, 'nobody');
    expect(task.state?.ahead).toBeUndefined();
  });
});
