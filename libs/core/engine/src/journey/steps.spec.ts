import { describe, expect, it } from '@jest/globals';
import type { Action } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';
import { makeProgram } from '../compile/program.js';

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const TEXT = { id: 'text', sms: 'two' };

describe('steps', () => {
  it('leave together where no wait is between them', () => {
    expect(brief(Task.of({ do: [MAIL, TEXT] }).event(0, 'a'))).toEqual([
      ['mail', 0],
      ['text', 0],
    ]);
  });

  it('wait from the completion of the step before, not from its decision', () => {
    const task = Task.of({ do: [MAIL, { wait: { for: '1d' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    expect(task.tick(2 * H)).toEqual([]);
    task.outcome(3 * H, mail, 'sent');
    expect(task.next).toBe(3 * H + D);
    expect(task.tick(3 * H + D + SETTLE - 1)).toEqual([]);
    const [text] = task.tick(3 * H + D + SETTLE);
    expect(text).toMatchObject({ step: 'text', decided: START + 3 * H + D, ready: START + 3 * H + D + SETTLE });
  });

  it('go on after any final outcome, and wait for the last of a batch', () => {
    const task = Task.of({ do: [MAIL, TEXT, { wait: { for: '1h' } }, { id: 'third', web: 'three' }] });
    const [mail, text] = task.event(0, 'a');
    task.outcome(5, mail, 'dropped');
    task.outcome(10, text, 'sent');
    expect(task.next).toBe(10 + H);
  });

  it.each([
    ['clicked in time', 3 * H - 1, [['text', 3 * H - 1]]],
    ['clicked at the end of the wait', D + 10, []],
  ])('end a wait until an outcome: %s', (_, ms, expected) => {
    const task = Task.of({ do: [MAIL, { wait: { until: { event: 'email.clicked', of: 'mail' }, atMost: '1d' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    task.outcome(10, mail, 'sent');
    expect(brief(task.outcome(ms, mail, 'clicked'))).toEqual(expected);
    if (expected.length === 0) expect(brief(task.tick(D + 10 + SETTLE))).toEqual([['text', D + 10]]);
  });

  it('look first at what is already known when a wait begins', () => {
    const steps = (event: string, of?: string) => ({
      do: [MAIL, { wait: { until: { event, ...(of === undefined ? {} : { of }) }, atMost: '1d' } }, TEXT],
    });
    const clicked = Task.of(steps('email.clicked', 'mail'));
    const [mail] = clicked.event(0, 'a');
    expect(brief(clicked.outcome(20, mail, 'clicked'))).toEqual([['text', 20]]);
    const viewed = Task.of(steps('page.viewed'));
    const [other] = viewed.event(0, 'a');
    expect(viewed.event(5, 'page.viewed')).toEqual([]);
    expect(brief(viewed.outcome(20, other, 'sent'))).toEqual([['text', 20]]);
  });

  it('do not end a wait with what happens at its end', () => {
    const task = Task.of({ do: [{ wait: { until: { event: 'page.viewed' }, atMost: '1d' } }, TEXT] });
    task.event(0, 'a');
    expect(brief(task.event(D, 'page.viewed'))).toEqual([]);
    expect(task.tick(D + SETTLE)).toMatchObject([{ step: 'text', ready: START + D + SETTLE }]);
  });

  it('keep the first final outcome of a message', () => {
    const task = Task.of({
      do: [MAIL, { wait: { for: '1h' } }, { if: 'mail.failed', do: [{ id: 'crm', webhook: 'w' }], else: [TEXT] }],
    });
    const [mail] = task.event(0, 'a');
    task.outcome(10, mail, 'sent');
    task.outcome(20, mail, 'failed');
    expect(brief(task.tick(H + 10 + SETTLE))).toEqual([['text', H + 10]]);
  });

  it('one event ends one wait', () => {
    const wait = { wait: { until: { event: 'page.viewed' }, atMost: '1d' } };
    const task = Task.of({ do: [wait, MAIL, wait, TEXT] });
    task.event(0, 'a');
    const [mail] = task.event(5, 'page.viewed');
    expect(brief(task.outcome(6, mail, 'sent'))).toEqual([]);
    expect(brief(task.event(7, 'page.viewed'))).toEqual([['text', 7]]);
  });

  it('forget what ended a wait when it is over', () => {
    const until = { wait: { until: { event: 'page.viewed' }, atMost: '1d' } };
    const task = Task.of({ do: [MAIL, until, { wait: { for: '1h' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    task.event(1, 'page.viewed');
    expect(task.state?.runs[0]?.met).toHaveLength(1);
    task.outcome(2, mail, 'sent');
    expect(task.state?.runs[0]).not.toHaveProperty('met');
    expect(task.next).toBe(H + 2);
  });

  it('one outcome ends one wait, also where it is known before the wait begins', () => {
    const until = (of?: string) => ({
      wait: { until: { event: 'email.clicked', ...(of === undefined ? {} : { of }) }, atMost: '1d' },
    });
    const task = Task.of({ do: [MAIL, until('mail'), TEXT, until(), { id: 'third', web: 'three' }] });
    const [mail] = task.event(0, 'a');
    const [text] = task.outcome(5, mail, 'clicked');
    expect(text).toMatchObject({ step: 'text' });
    expect(task.outcome(6, text, 'sent')).toEqual([]);
  });

  it('are not ended by an event from before the run fired', () => {
    const task = Task.of({ do: [{ wait: { until: { event: 'page.viewed' }, atMost: '1d' } }, TEXT] });
    task.event(10, 'a');
    expect(task.event(9, 'page.viewed')).toEqual([]);
    expect(brief(task.event(10, 'page.viewed'))).toEqual([['text', 10]]);
  });

  it('close a silent action as unknown an hour after it expired, and go on', () => {
    const task = Task.of({ do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    task.event(0, 'a');
    expect(task.next).toBe(13 * H);
    expect(brief(task.tick(13 * H + SETTLE))).toEqual(['action-silent']);
    expect(brief(task.tick(14 * H + SETTLE))).toEqual([['text', 14 * H]]);
  });

  it('know flags of steps before: false until they happen, a later status implies sent', () => {
    const data = { sent: 'mail.sent', clicked: 'mail.clicked', dropped: 'mail.dropped' };
    const task = Task.of({ do: [MAIL, { wait: { for: '1h' } }, { ...TEXT, with: data }] });
    const [mail] = task.event(0, 'a');
    task.outcome(1, mail, 'clicked');
    const [text] = task.tick(H + 1 + SETTLE);
    expect((text as Action).data).toEqual({ sent: true, clicked: true, dropped: false });
  });

  it('leave data out that is unknown, and count it', () => {
    const [notice, action] = Task.of({ do: [{ ...MAIL, with: { x: 'first.x', y: '1 + 1' } }] }).event(0, 'a');
    expect([notice, (action as Action).data]).toEqual([{ kind: 'notice', name: 'data-unknown', trigger: 't' }, { y: 2 }]);
  });

  it('forget a run when everything is known of it', () => {
    const task = Task.of({ do: [MAIL] });
    const [mail] = task.event(0, 'a');
    expect(task.state?.runs).toHaveLength(1);
    task.outcome(1, mail, 'sent');
    expect([task.state?.runs, task.next]).toEqual([[], undefined]);
  });
});

describe('limit', () => {
  const limited = (per?: string) => Task.of({ limit: { runs: 1, ...(per === undefined ? {} : { per }) } });

  it.each([
    [D - 1, ['run-limited']],
    [D, [['mail', D]]],
  ])('counts what was sent for the span: the next at %i gives %j', (ms, expected) => {
    const task = limited('1d');
    const [mail] = task.event(0, 'a');
    task.outcome(1, mail, 'sent');
    expect(brief(task.event(ms, 'a'))).toEqual(expected);
  });

  it('counts for ever without a span', () => {
    const task = limited();
    const [mail] = task.event(0, 'a');
    task.outcome(1, mail, 'unknown');
    expect(brief(task.event(900 * D, 'a'))).toEqual(['run-limited']);
  });

  it('ends with its trigger: what is out is recalled, watched, and closed one by one', () => {
    const task = Task.of({ do: [MAIL, TEXT] });
    task.event(0, 'a');
    const withdrawn = new Task(makeProgram([]));
    withdrawn.state = task.state;
    expect(brief(withdrawn.tick(1))).toEqual(['run-withdrawn', ['recall', 'withdrawn'], ['recall', 'withdrawn']]);
    expect(brief(withdrawn.tick(13 * H + SETTLE))).toEqual(['action-silent']);
    expect(withdrawn.next).toBe(73 * H);
    expect(brief(withdrawn.tick(73 * H + SETTLE))).toEqual(['action-silent']);
    expect(withdrawn.state?.runs).toEqual([]);
  });

  it('reserves the place of an undecided action, and gives it back', () => {
    const task = limited();
    const [mail] = task.event(0, 'a');
    expect(brief(task.event(1, 'a'))).toEqual(['run-limited']);
    task.outcome(2, mail, 'dropped');
    expect(brief(task.event(3, 'a'))).toEqual([['mail', 3]]);
  });

  it('leaves later steps of a counted run free', () => {
    const task = Task.of({ limit: { runs: 1 }, do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    const [mail] = task.event(0, 'a');
    task.outcome(1, mail, 'sent');
    expect(brief(task.tick(2 * H))).toEqual([['text', H + 1]]);
  });
});

describe('guard and cause', () => {
  it('fires only when the guard is true; unknown is not', () => {
    const task = Task.of({ if: 'first.n > 3' });
    expect(brief(task.event(0, 'a', { n: 4 }))).toEqual([['mail', 0]]);
    expect(brief(task.event(1, 'a', { n: 3 }))).toEqual(['guard-false']);
    expect(brief(task.event(2, 'a'))).toEqual(['guard-unknown']);
  });

  it('opens no run of the trigger that caused the event, and refuses what is caused too deep', () => {
    const task = Task.of({});
    expect(task.event(0, 'a', {}, { causedBy: { trigger: 't', depth: 1 } })).toEqual([]);
    expect(task.event(1, 'a', {}, { causedBy: { trigger: 'other', depth: 4 } })).toMatchObject([{ depth: 5 }]);
    expect(brief(task.event(2, 'a', {}, { causedBy: { trigger: 'other', depth: 5 } }))).toEqual(['cause-too-deep']);
  });

  it('counts a message id once for a person', () => {
    const task = Task.of({});
    expect(brief(task.event(0, 'a', {}, { id: 'm' }))).toEqual([['mail', 0]]);
    expect(brief(task.event(1, 'a', {}, { id: 'm' }))).toEqual(['event-repeated']);
  });
});
