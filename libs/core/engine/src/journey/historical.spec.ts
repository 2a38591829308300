import { describe, expect, it } from '@jest/globals';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const TEXT = { id: 'text', sms: 'two' };
const historical = { historical: true } as const;

describe('a historical event', () => {
  it('opens no run, and moves none on', () => {
    const task = Task.of({ when: [{ event: 'a' }, { event: 'b' }] });
    expect(brief(task.event(0, 'a', {}, historical))).toEqual([]);
    expect(task.state?.runs).toEqual([]);
    task.event(1, 'a');
    expect(brief(task.event(2, 'b', {}, historical))).toEqual([]);
    expect(brief(task.event(3, 'b'))).toEqual([['mail', 3]]);
  });

  it('ends no wait, and reaches no goal', () => {
    const goal = { event: 'paid', within: '7d' };
    const task = Task.of({ goal, do: [MAIL, { wait: { until: { event: 'seen' }, atMost: '1d' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    task.outcome(1, mail, 'sent');
    expect(brief(task.event(2, 'seen', {}, historical))).toEqual([]);
    expect(brief(task.event(3, 'paid', {}, historical))).toEqual([]);
    expect(brief(task.tick(D + 1 + SETTLE))).toEqual([['text', D + 1]]);
  });

  it('is collected by no list', () => {
    const task = Task.of({
      let: { all: { list: 'b' } },
      when: [{ event: 'a' }, { event: 'c' }],
      do: [{ ...MAIL, with: { n: 'size(all)' } }],
    });
    task.event(0, 'a');
    task.event(1, 'b', {}, historical);
    task.event(2, 'b');
    expect(task.event(3, 'c')).toMatchObject([{ data: { n: 1 } }]);
  });

  it.each([
    ['an exit', 'order', {}],
    ['a state that is true now', '$identify', { type: 'identify', traits: { blocked: true } }],
  ] as const)('ends what it ends: %s', (_, name, fields) => {
    const task = Task.of({ exit: [{ event: 'order' }, { is: 'user.blocked' }] });
    task.event(0, 'a');
    expect(brief(task.event(1, name, {}, { ...fields, ...historical }))).toContainEqual(['recall', 'exit']);
  });

  it('violates what rests on its not having happened', () => {
    const task = Task.of({ when: [{ event: 'a' }, { not: 'order', for: '1h' }] });
    task.event(0, 'a');
    task.event(H - 1, 'order', {}, historical);
    expect(brief(task.tick(H + SETTLE))).toEqual([]);
  });
});
