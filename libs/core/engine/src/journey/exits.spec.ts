import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const TEXT = { id: 'text', sms: 'two' };

describe('a negated event after its time', () => {
  const when = [{ event: 'a' }, { not: 'order', for: '1h' }];
  const fired = (fields: { readonly [field: string]: Json } = {}) => {
    const task = Task.of({ when, ...fields });
    task.event(0, 'a');
    return { task, mail: task.tick(H + SETTLE)[0] };
  };

  it.each([H, 5 * H])('takes back what has not gone out, at %i', (ms) => {
    const { task } = fired();
    expect(brief(task.event(ms, 'order', {}, { received: task.received(5 * H) }))).toEqual([['recall', 'violated']]);
  });

  it('leaves alone what goes on after a message that is gone; within its time it ends that too', () => {
    const steps = { do: [MAIL, { wait: { for: '1d' } }, TEXT] };
    for (const [ms, goesOn] of [
      [H, true],
      [H - 1, false],
    ] as const) {
      const { task, mail } = fired(steps);
      task.outcome(2 * H, mail, 'sent');
      task.event(ms, 'order', {}, { received: task.received(3 * H) });
      expect(brief(task.tick(2 * D))).toEqual(goesOn ? [['text', D + 2 * H]] : []);
    }
  });
});

describe('exit and recall', () => {
  const exit = [{ event: 'order' }, { is: 'user.blocked' }];

  it('recalls what has not gone out, once, and watches it until it is known', () => {
    const task = Task.of({ exit });
    const [mail] = task.event(0, 'a');
    expect(brief(task.event(1, 'order'))).toEqual([['recall', 'exit']]);
    expect(task.event(2, 'order')).toEqual([]);
    expect(task.state?.runs).toHaveLength(1);
    task.outcome(3, mail, 'recalled');
    expect(task.state?.runs).toEqual([]);
  });

  it('ends a wait; what was sent cannot be recalled', () => {
    const task = Task.of({ exit, do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    task.outcome(1, mail, 'sent');
    expect(task.event(2, 'order')).toEqual([]);
    expect([task.state?.runs, task.next]).toEqual([[], undefined]);
  });

  it('joins by the key, and by none where the event does not say', () => {
    const task = Task.of({ exit });
    task.event(0, 'a');
    expect(task.event(1, 'order', { k: 2 })).toEqual([]);
    expect(brief(task.event(2, 'order', { k: null }))).toEqual([['recall', 'exit']]);
  });

  it('does not end what began after it, and stops a delayed beginning before it', () => {
    const task = Task.of({ exit });
    task.event(10, 'a');
    expect(task.event(9, 'order')).toEqual([]);
    expect(brief(task.event(8, 'a', {}, { received: makeInstant(START + 11) }))).toEqual(['opening-exited']);
  });

  it('ends what began in the same instant, and what it cannot be known not to end', () => {
    const task = Task.of({ exit: [{ event: 'order', where: 'total > 5' }] });
    task.event(0, 'a');
    expect(task.event(0, 'order', { total: 5 })).toEqual([]);
    expect(brief(task.event(0, 'order', { total: 6 }))).toEqual([['recall', 'exit']]);
    const other = Task.of({ exit: [{ event: 'order', where: 'total > 5' }] });
    other.event(0, 'a');
    expect(brief(other.event(1, 'order'))).toEqual([['recall', 'exit']]);
  });

  it('is looked at before the same event completes anything', () => {
    const task = Task.of({ when: [{ event: 'a' }, { event: 'order' }], exit });
    task.event(0, 'a');
    expect(task.event(1, 'order')).toEqual([]);
  });

  it('acts on a state that is true: at once, and when already true; an unknown one does not act', () => {
    const task = Task.of({ exit });
    expect(brief(task.event(0, 'a'))).toEqual([['mail', 0]]);
    const block = { type: 'identify', traits: { blocked: true } } as const;
    expect(brief(task.event(1, '$identify', {}, block))).toEqual(['profile', ['recall', 'exit']]);
    expect(task.event(2, 'a')).toEqual([]);
  });

  it('recalls by the negated event long after the window, while the message is held', () => {
    const task = Task.of({ when: [{ event: 'a' }, { not: 'order', for: '1h' }] });
    task.event(0, 'a');
    const [mail] = task.tick(H + SETTLE);
    expect(brief(task.event(8 * H, 'order', { k: 2 }))).toEqual([]);
    const [recall] = task.event(8 * H, 'order');
    expect(recall).toMatchObject({ kind: 'recall', action: (mail as Action).id, reason: 'violated' });
  });

  it('a negated event after the window ends no run whose messages are gone', () => {
    const task = Task.of({ when: [{ event: 'a' }, { not: 'order', for: '1h' }], do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    task.event(0, 'a');
    const [mail] = task.tick(H + SETTLE);
    task.outcome(H + SETTLE, mail, 'sent');
    expect(task.event(H + SETTLE + 1, 'order')).toEqual([]);
    expect(task.state?.runs).toHaveLength(1);
    expect(brief(task.event(H - 1, 'order', {}, { received: makeInstant(START + 2 * H) }))).toEqual(['late-cancel']);
    expect(task.state?.runs).toEqual([]);
  });

  it('a click by the person ends the run where the trigger says so', () => {
    const task = Task.of({ exit: [{ event: 'email.unsubscribed' }], do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    task.outcome(1, mail, 'sent');
    task.outcome(2, mail, 'unsubscribed');
    expect(task.state?.runs).toEqual([]);
  });
});
