import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EVENT_OF, type Action } from '@tripline/model';
import { START } from '@tripline/testing-builders';
import type { Output } from '../input.js';
import { brief, Task } from '../one-task.rig.js';

const M = 60_000;
const HINT = { id: 'hint', web: 'hint', bound: 'page' };
const onPricing = { by: undefined, when: [{ page: '/pricing*' }], do: [HINT] };
const staying = { by: undefined, when: [{ stay: '/pricing*', for: '3m' }], do: [HINT] };
const page = (task: Task, ms: number, path = '/pricing', received = ms) =>
  task.event(ms, EVENT_OF.page, { path }, { type: 'page', received: task.received(received) });
const leave = (task: Task, ms: number, received = ms) =>
  task.event(ms, EVENT_OF.leave, {}, { received: task.received(received) });

describe('a message bound to the page', () => {
  it('expires after half an hour, and says so to who shows it', () => {
    const [action] = page(Task.of(onPricing), 0) as [Action];
    expect(action).toMatchObject({ channel: 'web', bound: 'page', expires: START + 30 * M });
    const [other] = page(Task.of({ ...onPricing, do: [{ ...HINT, expires: '5m' }] }), 0) as [Action];
    expect(other.expires).toBe(START + 5 * M);
  });

  it.each([
    ['another page', (task: Task) => page(task, 1_000, '/docs')],
    ['the same page again', (task: Task) => page(task, 1_000)],
    ['leaving', (task: Task) => leave(task, 1_000)],
    ['leaving in the same instant', (task: Task) => leave(task, 0)],
  ])('is taken back by %s', (_, turn) => {
    const task = Task.of(onPricing);
    const [hint] = page(task, 0) as [Action];
    const recallsIn = (outputs: readonly Output[]) => outputs.filter((each) => each.kind === 'recall' && each.action === hint.id);
    expect(recallsIn(turn(task))).toMatchObject([{ reason: 'page-gone' }]);
    expect(recallsIn(leave(task, 2_000))).toEqual([]);
  });

  it('stays after what happened before, and after it was shown', () => {
    const task = Task.of(onPricing);
    const [hint] = page(task, 5_000);
    expect(brief(leave(task, 4_999, 6_000))).toEqual([]);
    task.outcome(7_000, hint, 'sent');
    expect(brief(leave(task, 8_000))).toEqual([]);
  });

  it('goes alone: other messages of its run, and the run, go on', () => {
    const task = Task.of({
      ...onPricing,
      do: [HINT, { id: 'mail', email: 'one' }, { wait: { for: '1h' } }, { id: 'later', email: 'two' }],
    });
    const [hint, mail] = page(task, 0);
    const recalls = leave(task, 1_000);
    expect(recalls.map((each) => each.kind === 'recall' && each.action)).toEqual([(hint as Action).id]);
    task.outcome(2_000, hint, 'recalled');
    task.outcome(2_000, mail, 'sent');
    expect(brief(task.tick(task.next! + 10_000))).toEqual([['later', 2_000 + 60 * M]]);
  });

  it('is taken back as it is asked for where the page went between its deadline and the tick', () => {
    const task = Task.of({ ...staying, time: { settle: '10s' } });
    page(task, 0);
    leave(task, 3 * M + 5_000);
    const outputs = task.tick(3 * M + 10_000);
    expect(brief(outputs)).toEqual([
      ['recall', 'page-gone'],
      ['hint', 3 * M],
    ]);
  });

  it('is shown on the page and on no other, whenever ticks and stragglers come', () => {
    const turns = fc.array(fc.record({ at: fc.integer({ min: 1, max: 40_000 }), delay: fc.integer({ min: 0, max: 12_000 }) }), {
      maxLength: 4,
    });
    fc.assert(
      fc.property(turns, fc.integer({ min: 0, max: 20_000 }), (list, lag) => {
        const task = Task.of({ ...staying, when: [{ stay: '/pricing*', for: '20s' }], time: { settle: '10s' } });
        page(task, 0);
        const steps = [
          ...list.map(({ at, delay }) => ({ at: at + delay, run: () => leave(task, at, at + delay) })),
          { at: 30_000 + lag, run: () => task.tick(30_000) },
        ].sort((a, b) => a.at - b.at);
        const said = steps.flatMap(({ run }) => brief(run()));
        const [stayed, went] = [list.every(({ at }) => at >= 20_000), list.some(({ at }) => at >= 20_000)];
        const inTime = list.every(({ at, delay }) => at >= 20_000 || at + delay >= 30_000);
        if (stayed)
          expect([
            said.some((each) => Array.isArray(each) && each[0] === 'hint'),
            said.some((each) => Array.isArray(each) && each[0] === 'recall'),
          ]).toEqual([true, went]);
        if (!inTime) expect(said.filter((each) => Array.isArray(each) && each[0] === 'hint')).toEqual([]);
      }),
    );
  });
});
