import { describe, expect, it } from '@jest/globals';
import type { Event } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import type { Definition } from '../compile/definitions.js';
import { brief, D, H, SETTLE, Task } from '../one-task.rig.js';
import { playEvents } from '../play/play.js';
import {
  identify,
  order,
  play,
  program,
  received,
  segment,
  since,
  told,
  trigger,
  WATCHING,
  type Fields,
} from './segments.rig.js';

describe('a segment over a window', () => {
  it('is entered by an event, and left by the passing of time', () => {
    expect(told(play(segment({}), [order(0)]))).toEqual([['in', 0], ['out', 90 * D]]); // prettier-ignore
    expect(play(segment({}), [order(0)]).state?.segments).toEqual([]);
  });

  it.each([
    [
      90 * D - 1,
      [
        ['in', 0],
        ['out', 180 * D - 1],
      ],
    ],
    [
      90 * D,
      [
        ['in', 0],
        ['out', 180 * D],
      ],
    ],
    [
      90 * D + 1,
      [
        ['in', 0],
        ['out', 90 * D],
        ['in', 90 * D + 1],
        ['out', 180 * D + 1],
      ],
    ],
  ])('with the next event at %i tells %j: an event leaves the window at exactly its end', (ms, expected) => {
    expect(told(play(segment({}), [order(0), order(ms)]))).toEqual(expected);
  });

  it('is left at the last of many instants at which something leaves the window', () => {
    const any = segment({ let: { n: { count: 'order', within: '90d' } }, where: 'n >= 1' });
    const many = Array.from({ length: 70 }, (_, i) => order(i * H));
    expect(told(play(any, many))).toEqual([['in', 0], ['out', 90 * D + 69 * H]]); // prettier-ignore
  });

  it('waits for stragglers until settle is over, and counts what comes later from when it could be known', () => {
    const late = (ms: number) => told(play(segment({}), [order(0), order(90 * D - 1, 600, received(ms))])); // prettier-ignore
    expect(late(90 * D + SETTLE - 1)).toEqual([['in', 0], ['out', 180 * D - 1]]); // prettier-ignore
    expect(late(90 * D + SETTLE)).toEqual([['in', 0], ['out', 90 * D], ['in', 90 * D + 1], ['out', 180 * D - 1]]); // prettier-ignore
  });
});

describe('joining and leaving', () => {
  const calm = segment({ let: { views: { count: 'view', within: '10d' }, orders: { count: 'order', within: '10d' } }, where: 'views >= 2 && orders == 0' }); // prettier-ignore
  const view = (ms: number, fields: Partial<Event> = {}): Event => eventAt(ms, 'view', {}, fields);
  const task = (...definitions: Definition[]): Task => new Task(program(...definitions, ...WATCHING));

  it('is at once where more events could only bring people in, with the event that does it', () => {
    const eager = task(segment({ let: { views: { count: 'view', within: '10d' } }, where: 'views >= 2 && user.pro' }));
    eager.event(0, '$identify', {}, { type: 'identify', traits: { pro: true } });
    expect(eager.event(1, 'view')).toEqual([]);
    expect(eager.event(2, 'view')).toMatchObject([{ kind: 'action', trigger: 'in', decided: START + 2, ready: START + 2 }]);
  });

  it('waits for the clock where it rests on something that did not happen', () => {
    const careful = task(calm);
    careful.event(0, 'view');
    expect([careful.event(1, 'view'), careful.next]).toEqual([[], 1]);
    expect(careful.tick(1 + SETTLE)).toMatchObject([{ trigger: 'in', decided: START + 1, ready: START + 1 + SETTLE }]);
  });

  it('does not tell what a straggler undoes before it is decided', () => {
    const straggler = eventAt(0, 'order', {}, received(5_000));
    expect(told(play(calm, [view(0), view(1), straggler]))).toEqual([]);
    expect(told(play(calm, [view(0), view(1), eventAt(2, 'order', {}, received(5_000))]))).toEqual([['in', 1], ['out', 2]]); // prettier-ignore
  });

  it('by the clock is never done by an event, however late the tick', () => {
    const slow = task(segment({}));
    slow.event(0, 'order', { total: 600 });
    expect(slow.tick(SETTLE)).toMatchObject([{ trigger: 'in' }]);
    expect(brief(slow.event(95 * D, 'order', { total: 1 }))).toEqual(['event-ahead']);
    expect(slow.tick(200 * D).filter((o) => o.kind === 'action')).toMatchObject([{ trigger: 'out', decided: START + 90 * D }]);
  });

  it('stays while `keep` holds', () => {
    const lazy = segment({ keep: 'spent > 400' });
    const refund = (ms: number, by: number): Event => order(ms, -by);
    expect(told(play(lazy, [order(0, 600), refund(D, 150), refund(2 * D, 50)]))).toEqual([['in', 0], ['out', 2 * D]]); // prettier-ignore
    expect(told(play(lazy, [order(0, 450), order(D, 40)]))).toEqual([]);
    expect(told(play(segment({}), [order(0, 600), refund(D, 150)]))).toEqual([['in', 0], ['out', D]]); // prettier-ignore
  });

  it('is silent from and to unknown: of nothing there is no greatest', () => {
    const big = { let: { big: { max: 'total', event: 'order', within: '1d' } } };
    expect(told(play(segment({ ...big, where: 'big > 500' }), [order(0)]))).toEqual([]);
    expect(told(play(segment({ ...big, where: 'default(big, 0) > 500' }), [order(0)]))).toEqual([['in', 0], ['out', D]]); // prettier-ignore
  });

  it('leaves out and counts an event without the value', () => {
    const played = play(segment({}), [order(0, 'much'), order(1)]);
    expect(told(played)).toEqual([['in', 1], ['out', 90 * D + 1]]); // prettier-ignore
    expect(played.notices.map((n) => n.name)).toContain('aggregate-unknown');
  });

  it('knows what was counted, under an alias', () => {
    const { actions } = playEvents(
      program(segment({}), trigger('t', { when: [{ enters: 'vip', as: 'joined' }], do: [{ id: 'mail', email: 'm', with: { spent: 'joined.spent' } }] })), // prettier-ignore
      'u:ada',
      [order(0), order(1, 50)],
      { recode: true },
    );
    expect(actions).toMatchObject([{ data: { spent: 600 }, events: { joined: '$enters vip 1767225600000' } }]);
  });
});

describe('a segment of traits', () => {
  const pro = segment({ let: {}, where: 'default(user.plan, "") == "pro"' });

  it('is entered and left as they change, and nothing is kept of who belongs', () => {
    const played = play(pro, [identify(0, { plan: 'pro' }), identify(D, { plan: 'free' }), identify(2 * D, { name: 'Ada' })]);
    expect(told(played)).toEqual([['in', 0], ['out', D]]); // prettier-ignore
    expect(played.state?.segments).toEqual([]);
    expect(play(pro, [identify(0, { plan: 'pro' })]).state?.segments).toEqual([]);
  });

  it('judges again only where a trait it reads changed', () => {
    const mixed = segment({ where: 'spent > 500 && user.plan == "pro"' });
    const events = [identify(0, { plan: 'free' }), order(1), identify(D, { name: 'Ada' }), identify(2 * D, { plan: 'pro' })];
    expect(told(play(mixed, events))).toEqual([['in', 2 * D], ['out', 90 * D + 1]]); // prettier-ignore
  });

  it('from unknown is silent', () => {
    expect(told(play(segment({ let: {}, where: 'user.plan == "pro"' }), [identify(0, { plan: 'pro' })]))).toEqual([]);
  });
});

describe('what is new', () => {
  it('is unknown until the longest window has passed since it was published', () => {
    const young = segment({}, { since: since(0) });
    expect(told(play(young, [order(80 * D), order(100 * D)]))).toEqual([['out', 190 * D]]); // prettier-ignore
    expect(told(play(young, [order(91 * D)]))).toEqual([['in', 91 * D], ['out', 181 * D]]); // prettier-ignore
    expect(told(play(young, [order(89 * D)]))).toEqual([['out', 179 * D]]); // prettier-ignore
  });

  it('takes over what is counted where another version has the same aggregates, and judges it anew in silence', () => {
    const first = new Task(program(segment({}), ...WATCHING));
    first.event(0, 'order', { total: 600 });
    first.tick(SETTLE);
    const next = (fields: Fields, rest: Partial<Definition>) => {
      const task = new Task(program(segment(fields, { version: 2, ...rest }), ...WATCHING));
      task.state = first.state;
      return task;
    };
    const same = next({ where: 'spent > 700' }, { since: since(D), known: since(-100 * D) });
    expect(same.event(D, 'order', { total: 10 })).toEqual([]);
    expect(same.tick(2 * D)).toEqual([]);
    expect(same.state?.segments).toMatchObject([{ version: 2, member: false }]);
    same.event(2 * D, 'order', { total: 100 });
    expect(same.tick(3 * D)).toMatchObject([{ trigger: 'in', decided: START + 2 * D }]);
    const other = next({ let: { spent: { sum: 'total', event: 'order', within: '80d' } } }, { since: since(D) });
    other.event(D, 'order', { total: 600 });
    expect(other.state?.segments[0]).not.toHaveProperty('member');
    expect(other.state?.segments[0]?.tallies).toMatchObject([{ entries: [{ at: START + D }] }]);
    const gone = new Task(program(...WATCHING));
    gone.state = first.state;
    gone.tick(95 * D);
    expect([gone.state?.segments, gone.next]).toEqual([[], undefined]);
  });
});

describe('history', () => {
  const old = (ms: number, total: number, at: number): Event => order(ms, total, { historical: true, ...received(at) });

  it('fills aggregates at its own time, and what it changes is not told', () => {
    const played = play(segment({}), [order(0, 1), old(-10 * D, 600, D)]);
    expect(told(played)).toEqual([['out', 80 * D]]);
    expect(told(play(segment({}), [old(-10 * D, 300, 0), old(-5 * D, 300, 1), order(D, 1)]))).toEqual([['out', 80 * D]]);
  });

  it('does not silence what a person did beside it', () => {
    expect(told(play(segment({}), [old(-10 * D, 300, 0), order(D, 300)]))).toEqual([['in', D], ['out', 80 * D]]); // prettier-ignore
  });
});
