import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Action } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { Output } from '../input.js';
import { describePerson } from '../person/describe-person.js';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';
import { GOALS_MAX } from '../person/person-state.js';
import { makeProgram } from '../compile/program.js';

const MAIL = { id: 'mail', email: 'one', expires: '12h' };
const TEXT = { id: 'text', sms: 'two' };
const GOAL = { event: 'order', within: '7d', value: 'event.total' };
const W = 7 * D;

const task = (fields: { readonly [field: string]: Json } = {}, person?: string): Task =>
  new Task(Task.of({ do: [MAIL], goal: GOAL, ...fields }).program, person);
/** Sends the one message out, so that the run is kept for its goal alone. */
function sent(one: Task): Task {
  const [mail] = one.event(0, 'a');
  one.outcome(5, mail, 'sent');
  return one;
}
const goals = (outputs: readonly Output[]) => outputs.filter((output) => output.kind === 'goal');

describe('a goal', () => {
  it('is all that is still asked of a run that is over: of its exits nothing is told', () => {
    const one = sent(task({ exit: [{ is: 'user.lost' }, { event: 'left' }] }));
    const heard: string[] = [];
    for (const event of [
      eventAt(H, '$identify', {}, { type: 'identify', traits: { plan: 'pro' } }),
      eventAt(H, 'left', { k: 1 }),
      eventAt(H, 'left', { k: 2 }),
    ])
      one.state = advance(one.program, one.person, one.state, { kind: 'event', event, clock: START }, ({ what }) =>
        heard.push(what),
      ).state;
    expect(heard.filter((what) => what.startsWith('exit'))).toEqual([]);
    expect(goals(one.event(2 * H, 'order', { total: 40 }))).toHaveLength(1);
  });

  it('is told with the run, its key, when and how much', () => {
    const [goal, notice] = sent(task()).event(H, 'order', { total: 40 });
    expect(goal).toEqual({
      kind: 'goal',
      run: expect.stringMatching(/^run_/),
      trigger: 't',
      version: 1,
      person: 'u:ada',
      key: '1',
      at: START + H,
      value: 40,
      arms: {},
      held: false,
    });
    expect(notice).toEqual({ kind: 'notice', name: 'goal-reached', trigger: 't' });
  });

  it.each([
    [-1, 0],
    [0, 1],
    [1, 1],
    [W - 1, 1],
    [W, 0],
    [W + 1, 0],
  ])('is looked for from the first message for its span: at %i ms it is reached %i times', (at, count) => {
    const one = task();
    one.event(0, 'a');
    one.tick(at);
    expect(goals(one.event(at, 'order', { total: 1 }))).toHaveLength(count);
  });

  it('counts from the first message, not from the condition', () => {
    const one = task({ do: [{ wait: { for: '1d' } }, MAIL, { wait: { for: '1d' } }, TEXT] });
    one.event(0, 'a');
    expect(goals(one.event(H, 'order'))).toEqual([]);
    const [mail] = one.tick(D + SETTLE);
    one.outcome(D + SETTLE, mail, 'sent');
    one.tick(D + W);
    expect(goals(one.event(D + W, 'order', { total: 1 }))).toEqual([]);
    expect(goals(one.event(D + W - 1, 'order', { total: 1 }))).toHaveLength(1);
  });

  it.each([
    [SETTLE - 1, 1],
    [SETTLE, 0],
  ])('is judged by when its event reached us: %i ms after the end, %i times', (late, count) => {
    const received = makeInstant(START + W + late);
    expect(goals(sent(task()).event(W - 1, 'order', { total: 1 }, { received }))).toHaveLength(count);
  });

  it('is reached once a run, before and after its last message', () => {
    const one = task({ do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    const [mail] = one.event(0, 'a');
    one.outcome(1, mail, 'sent');
    expect(goals(one.event(2, 'order', { total: 1 }))).toHaveLength(1);
    expect(one.event(3, 'order', { total: 1 })).toEqual([]);
    const [text] = one.tick(H + SETTLE + 1);
    expect(one.outcome(2 * H, text, 'sent')).toEqual([]);
    expect(one.state?.runs).toEqual([]);
  });

  it('is joined by the key, and is not reached where that or `where` is unknown', () => {
    const one = sent(task({ goal: { ...GOAL, where: 'total > 10' } }));
    expect(one.event(10, 'order', { k: 2, total: 20 })).toEqual([]);
    expect(one.event(11, 'order', { k: null, total: 20 })).toEqual([]);
    expect(one.event(12, 'order', { total: 5 })).toEqual([]);
    expect(brief(one.event(13, 'order'))).toEqual(['event-unknown']);
    expect(goals(one.event(14, 'order', { total: 20 }))).toHaveLength(1);
  });

  it('takes another path to the key, or none', () => {
    expect(goals(sent(task({ goal: { ...GOAL, by: 'cart' } })).event(9, 'order', { k: 2, cart: 1, total: 1 }))).toHaveLength(1);
    expect(goals(sent(task({ goal: { ...GOAL, by: 'none' } })).event(9, 'order', { k: 2, total: 1 }))).toHaveLength(1);
  });

  it('leaves a value out that is no number, and counts it', () => {
    const [notice, goal] = sent(task()).event(9, 'order', { total: 'much' });
    expect(brief([notice!])).toEqual(['goal-value-unknown']);
    expect(goal).not.toHaveProperty('value');
    expect(brief(sent(task({ goal: { event: 'order', within: '7d' } })).event(9, 'order'))).toEqual(['goal', 'goal-reached']);
  });

  it('is not reached by the event that opened the run, by history, or by nothing but a wait', () => {
    expect(goals(task({ goal: { ...GOAL, event: 'a' } }).event(0, 'a', { total: 1 }))).toEqual([]);
    expect(sent(task()).event(9, 'order', { total: 1 }, { historical: true })).toEqual([]);
    const waiting = task({ do: [{ wait: { for: '1h' } }, MAIL] });
    waiting.event(0, 'a');
    expect(waiting.event(9, 'order', { total: 1 })).toEqual([]);
  });
});

describe('a run and its goal', () => {
  it('is kept, little of it, until the window is over', () => {
    const one = sent(task({ let: { list: { list: 'a' } }, do: [{ ...MAIL, with: { list: 'list', n: 'default(first.n, 0)' } }] }));
    const [run] = one.state?.runs ?? [];
    expect([run?.phase, run?.lists, run?.facts, run?.actions]).toEqual(['watched', {}, [], []]);
    expect(one.next).toBe(W);
    expect(one.tick(W + SETTLE - 1)).toEqual([]);
    expect(one.state?.runs).toHaveLength(1);
    expect(one.tick(W + SETTLE)).toEqual([]);
    expect([one.state?.runs, one.next]).toEqual([[], undefined]);
  });

  it('does not stand in the way of the next of its key', () => {
    expect(brief(sent(task()).event(6, 'a'))).toEqual([['mail', 6]]);
  });

  it('keeps what its goal reads: aliases, flags, the outcomes of its own messages', () => {
    const where = 'total > first.n && mail.clicked';
    const one = sent(task({ goal: { ...GOAL, where } }));
    expect(one.event(9, 'order', { total: 9 })).toEqual([]);
    const [mail, ...rest] = one.event(10, 'a', { k: 2, n: 3 });
    expect(rest).toEqual([]);
    one.outcome(11, mail, 'clicked');
    expect(goals(one.event(12, 'order', { k: 2, total: 4 }))).toMatchObject([{ key: '2', value: 4 }]);
    const clicked = new Task(Task.of({ by: undefined, do: [MAIL], goal: { event: 'email.clicked', within: '7d' } }).program);
    const [first] = clicked.event(0, 'a');
    clicked.outcome(1, first, 'sent');
    const [second] = clicked.event(2, 'a');
    clicked.outcome(3, second, 'sent');
    expect(goals(clicked.outcome(4, second, 'clicked'))).toHaveLength(1);
    expect(clicked.state?.runs).toMatchObject([{ actions: [{ id: (first as Action).id }] }]);
  });

  it.each([
    ['the same event', [{ event: 'order' }], ['goal', 'goal-reached']],
    ['an event before', [{ event: 'leave' }], ['goal', 'goal-reached']],
  ])('is reached although the run was ended: %s', (_, exit, expected) => {
    const one = task({ exit, do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    const [mail] = one.event(0, 'a');
    one.outcome(1, mail, 'sent');
    one.event(2, 'leave');
    expect(brief(one.event(3, 'order', { total: 1 }))).toEqual(expected);
    expect(one.state?.runs).toEqual([]);
  });

  it('kept for its goal alone is not touched by an exit that comes again and again', () => {
    const one = sent(task({ exit: [{ event: 'leave' }, { is: 'user.gone' }] }));
    one.event(6, '$identify', {}, { type: 'identify', traits: { gone: true } });
    const [run] = one.state?.runs ?? [];
    one.event(7, 'leave');
    expect(one.state?.runs).toEqual([run]);
    expect(goals(one.event(8, 'order', { total: 1 }))).toHaveLength(1);
  });

  it('is reached while a recalled message is still watched', () => {
    const one = task({ exit: [{ event: 'order' }] });
    const [mail] = one.event(0, 'a');
    expect(brief(one.event(3, 'order', { total: 1 }))).toEqual([['recall', 'exit'], 'goal', 'goal-reached']);
    one.outcome(4, mail, 'recalled');
    expect(one.state?.runs).toEqual([]);
  });

  it('is forgotten with a version that is no longer in force', () => {
    const one = sent(task());
    const withdrawn = new Task(makeProgram([]));
    withdrawn.state = one.state;
    expect(withdrawn.event(H, 'order', { total: 1 })).toEqual([]);
    expect(withdrawn.tick(W + SETTLE)).toEqual([]);
    expect([withdrawn.state?.runs, withdrawn.next]).toEqual([[], undefined]);
    const waiting = task({ do: [MAIL, { wait: { for: '1h' } }, TEXT] });
    const [mail] = waiting.event(0, 'a');
    waiting.outcome(1, mail, 'sent');
    withdrawn.state = waiting.state;
    expect(brief(withdrawn.tick(2))).toEqual(['run-withdrawn']);
    expect(withdrawn.state?.runs).toEqual([]);
  });

  it.each([GOAL, { event: 'email.clicked', within: '7d' }])(
    'counts a late cancel of what is kept for its goal once: %j',
    (goal) => {
      const one = task({ when: [{ event: 'a' }, { not: 'paid', for: '1h' }], goal });
      one.event(0, 'a');
      const [mail] = one.tick(H + SETTLE);
      one.outcome(H + SETTLE, mail, 'sent');
      expect(brief(one.event(H - 1, 'paid', {}, { received: makeInstant(START + 2 * H) }))).toEqual(['late-cancel']);
      expect(one.state?.runs).toHaveLength(1);
    },
  );

  it(`of which ${GOALS_MAX} are kept: the one that ends first gives way, counted`, () => {
    const one = task();
    for (let i = 0; i <= GOALS_MAX; i++) {
      const [mail] = one.event(i, 'a', { k: i });
      expect(brief(one.outcome(i, mail, 'sent'))).toEqual(i === GOALS_MAX ? ['goals-full'] : []);
    }
    expect(one.state?.runs.map((run) => run.key)).toEqual([...Array(GOALS_MAX).keys()].map((i) => String(i + 1)));
  });

  it('says what it waits for', () => {
    const one = sent(task());
    expect(describePerson(one.program, 'u:ada', one.state!)).toMatchObject({
      runs: [{ phase: 'watched', waitsFor: 'its goal: order', until: '2026-01-08T00:00:00.000Z' }],
    });
  });
});
