import { describe, expect, it } from '@jest/globals';
import type { Json } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const TEXT = { id: 'text', sms: 'two' };
const CRM = { id: 'crm', webhook: 'three' };
const LAST = { id: 'last', web: 'four' };
const branch = (test: string): Json => ({ if: test, do: [TEXT], else: [CRM] });

describe('an if', () => {
  it.each([
    [
      'user.vip',
      { vip: true },
      [
        ['text', 0],
        ['last', 0],
      ],
    ],
    [
      'user.vip',
      { vip: false },
      [
        ['crm', 0],
        ['last', 0],
      ],
    ],
    ['user.vip', {}, ['branch-unknown', ['last', 0]]],
    ['user.vip', { vip: 'yes' }, ['branch-unknown', ['last', 0]]],
    [
      'default(user.vip, false)',
      {},
      [
        ['crm', 0],
        ['last', 0],
      ],
    ],
  ])('%s with %j leads to %j; what comes after comes after both', (test, traits, expected) => {
    const task = Task.of({ do: [branch(test), LAST] });
    task.event(-1, '$identify', {}, { type: 'identify', traits });
    expect(brief(task.event(0, 'a'))).toEqual(expected);
  });

  it('that is false and has no else goes on after it', () => {
    expect(brief(Task.of({ do: [{ if: 'false', do: [TEXT] }, LAST] }).event(0, 'a'))).toEqual([['last', 0]]);
  });

  it('is looked at when every message before it has its final outcome, at the latest of these', () => {
    const task = Task.of({ do: [MAIL, LAST, branch('mail.dropped')] });
    const [mail, last] = task.event(0, 'a');
    expect(task.outcome(20, last, 'sent')).toEqual([]);
    const [text] = task.outcome(10, mail, 'dropped');
    expect(text).toMatchObject({ step: 'text' });
    expect(brief([text!])).toEqual([['text', 20]]);
  });

  it.each([
    ['dropped', ['text']],
    ['sent', ['crm']],
    ['clicked', ['crm']],
  ] as const)('knows the flags of earlier steps: %s', (status, expected) => {
    const task = Task.of({ do: [MAIL, branch('mail.dropped || (!mail.sent && !mail.clicked)')] });
    const [mail] = task.event(0, 'a');
    expect(task.outcome(5, mail, status).map((o) => (o as Action).step)).toEqual(expected);
  });

  it('is decided by silence too: an unheard message is unknown, not sent', () => {
    const task = Task.of({ do: [MAIL, branch('mail.unknown && !mail.sent')] });
    task.event(0, 'a');
    expect(brief(task.tick(13 * H + SETTLE))).toEqual(['action-silent', ['text', 13 * H]]);
  });

  it('finds all flags false of steps in a branch that was not taken', () => {
    const data = { sent: 'text.sent', dropped: 'text.dropped', clicked: 'text.clicked' };
    const task = Task.of({
      do: [
        { if: 'false', do: [TEXT] },
        { if: '!text.sent && !text.dropped', do: [{ ...LAST, with: data }] },
      ],
    });
    expect(task.event(0, 'a')).toMatchObject([{ step: 'last', data: { sent: false, dropped: false, clicked: false } }]);
  });

  it('may stand in an if, with waits within', () => {
    const inner = { if: 'first.n > 5', do: [{ wait: { for: '1h' } }, TEXT], else: [CRM] };
    const task = Task.of({ do: [{ if: 'first.n > 0', do: [MAIL, inner] }, LAST] });
    const [mail] = task.event(0, 'a', { n: 6 });
    expect(task.outcome(5, mail, 'sent')).toEqual([]);
    expect(task.next).toBe(H + 5);
    expect(brief(task.tick(H + 5 + SETTLE))).toEqual([
      ['text', H + 5],
      ['last', H + 5],
    ]);
  });

  it('does not act where an exit state holds by then, although the same outcome brought both', () => {
    const task = Task.of({ do: [MAIL, branch('mail.dropped')], exit: [{ is: 'mail.dropped' }] });
    const [mail] = task.event(0, 'a');
    expect(task.outcome(5, mail, 'dropped')).toEqual([]);
    expect(task.state?.runs).toEqual([]);
  });

  it('an exit in a branch ends the run as anywhere', () => {
    const task = Task.of({ do: [{ if: 'true', do: [MAIL, { wait: { for: '1h' } }, TEXT] }, LAST], exit: [{ event: 'order' }] });
    task.event(0, 'a');
    expect(brief(task.event(5, 'order'))).toEqual([['recall', 'exit']]);
    expect(brief(task.tick(D))).toEqual(['action-silent']);
    expect(task.state?.runs).toEqual([]);
  });

  it('lets a wait behind it count what happened while the messages before it were under way', () => {
    const until = { wait: { until: { event: 'seen' }, atMost: '1d' } };
    const steps = (inner: Json[]) => ({ do: [MAIL, { if: 'mail.sent', do: [...inner, until, TEXT], else: [until, CRM] }] });
    const at = Task.of(steps([]));
    const [mail] = at.event(0, 'a');
    expect(at.event(3, 'seen')).toEqual([]);
    expect(brief(at.outcome(5, mail, 'sent'))).toEqual([['text', 5]]);
    const other = Task.of(steps([LAST]));
    const [again] = other.event(0, 'a');
    other.event(3, 'seen');
    const [last] = other.outcome(5, again, 'sent');
    expect(other.outcome(6, last, 'sent')).toEqual([]);
    expect(brief(other.event(7, 'seen'))).toEqual([['text', 7]]);
  });

  it('through splits, too', () => {
    const until = { wait: { until: { event: 'seen' }, atMost: '1d' } };
    const arm = (name: string) => ({ arm: name, share: 1, do: [until, { ...TEXT, id: name }] });
    const split = { id: 'offer', split: [arm('one'), arm('two')] };
    const task = Task.of({ do: [MAIL, { if: 'mail.sent', do: [split], else: [CRM] }] });
    const [mail] = task.event(0, 'a');
    task.event(3, 'seen');
    expect(task.outcome(5, mail, 'sent')).toMatchObject([{ kind: 'action', decided: START + 5 }]);
  });

  it('but not what happened before the last message before that wait was asked for', () => {
    const until = { wait: { until: { event: 'seen' }, atMost: '1d' } };
    const task = Task.of({ do: [MAIL, { if: 'mail.sent', do: [LAST] }, until, TEXT] });
    const [mail] = task.event(0, 'a');
    task.event(3, 'seen');
    const [last] = task.outcome(5, mail, 'sent');
    expect(task.outcome(6, last, 'sent')).toEqual([]);
    expect(brief(task.event(7, 'seen'))).toEqual([['text', 7]]);
  });
});
