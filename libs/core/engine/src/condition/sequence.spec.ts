import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { PersonState } from '../person/person-state.js';
import { playEvents, type Played } from '../play/play.js';
import { makeProgram } from '../compile/program.js';

const H = 3_600_000;
const SETTLE = 10_000;
const AB = [
  { event: 'a', as: 'first' },
  { event: 'b', within: '1h' },
];
const play = (fields: { readonly [field: string]: Json }, ...events: Event[]): Played => {
  const document = makeTriggerDocument({ name: 'seq', by: 'k', when: AB, ...fields });
  const program = makeProgram([{ name: 'seq', version: 1, revision: 1, document, state: 'live' }]);
  expect(program.problems).toEqual([]);
  return playEvents(program, 'u:ada', events, { recode: true });
};
const decided = (played: Played): number[] => played.actions.map((action) => action.decided - START);
const at = (ms: number, name: string, properties: { readonly [name: string]: Json } = {}, receivedMs = ms): Event =>
  eventAt(ms, name, { k: 1, ...properties }, { received: makeInstant(START + receivedMs) });

describe('a sequence', () => {
  it.each([
    [0, [0]],
    [H - 1, [H - 1]],
    [H, []],
    [H + 1, []],
  ])('with B %i ms after A completes at %j', (ms, fired) => {
    expect(decided(play({}, at(0, 'a'), at(ms, 'b')))).toEqual(fired);
  });

  it('is ready when the completing record was received', () => {
    expect(play({}, at(0, 'a'), at(5, 'b', {}, 2_000)).actions).toMatchObject([{ decided: START + 5, ready: START + 2_000 }]);
  });

  it('lets B in until it has settled, and not after, whenever the tick comes', () => {
    expect(decided(play({}, at(0, 'a'), at(H - 1, 'b', {}, H + SETTLE - 1)))).toEqual([H - 1]);
    expect(decided(play({}, at(0, 'a'), at(H - 1, 'b', {}, H + SETTLE)))).toEqual([]);
  });

  it('decides by when B was received, also while the tick is late', () => {
    const program = makeProgram([
      { name: 'seq', version: 1, revision: 1, document: makeTriggerDocument({ name: 'seq', by: 'k', when: AB }), state: 'live' },
    ]);
    const take = (state: PersonState | undefined, event: Event) =>
      advance(program, 'u:ada', state, { kind: 'event', event, clock: START });
    const { state } = take(undefined, at(0, 'a'));
    expect(take(state, at(H - 1, 'b', {}, H + SETTLE - 1)).outputs).toHaveLength(1);
    expect(take(state, at(H - 1, 'b', {}, H + SETTLE)).outputs).toEqual([{ kind: 'notice', name: 'event-ahead' }]);
  });

  it('does not count a B before A', () => {
    expect(decided(play({}, at(10, 'a'), at(9, 'b', {}, 11)))).toEqual([]);
  });

  it('is broken by what happened in the instant of the element before, whichever came first', () => {
    const when = [{ event: 'a' }, { event: 'b' }, { not: 'x' }, { event: 'c' }];
    expect(decided(play({ when }, at(0, 'a'), at(5, 'x'), at(5, 'b'), at(9, 'c')))).toEqual([]);
    expect(decided(play({ when }, at(0, 'a'), at(5, 'b'), at(5, 'x'), at(9, 'c')))).toEqual([]);
    expect(decided(play({ when }, at(0, 'a'), at(4, 'x'), at(5, 'b'), at(9, 'c')))).toEqual([9]);
  });

  it('looks back to what was told before its moment had settled, also where the moment itself came late', () => {
    const when = [{ event: 'a' }, { seen: 'e', within: '1h' }];
    const late = 20_000;
    expect(decided(play({ when }, at(-5, 'e', {}, SETTLE - 1), at(0, 'a', {}, late)))).toEqual([0]);
    expect(decided(play({ when }, at(-5, 'e', {}, SETTLE), at(0, 'a', {}, late)))).toEqual([]);
  });

  it('bounds all elements together', () => {
    const when = { sequence: [{ event: 'a' }, { event: 'b' }, { event: 'c' }], within: '1h' };
    expect(decided(play({ when }, at(0, 'a'), at(1, 'b'), at(H - 1, 'c')))).toEqual([H - 1]);
    expect(decided(play({ when }, at(0, 'a'), at(1, 'b'), at(H, 'c')))).toEqual([]);
  });

  it('counts each window, and the absence at its end, from the element before', () => {
    const when = [{ event: 'a' }, { event: 'b', within: '1h' }, { not: 'c', for: '1h' }];
    expect(decided(play({ when }, at(0, 'a'), at(10, 'b')))).toEqual([10 + H]);
    expect(decided(play({ when }, at(0, 'a'), at(5, 'c'), at(10, 'b')))).toEqual([10 + H]);
    expect(decided(play({ when }, at(0, 'a'), at(10, 'b'), at(11, 'c')))).toEqual([]);
    expect(decided(play({ when }, at(0, 'a'), at(11, 'c', {}, 11), at(10, 'b', {}, 12)))).toEqual([]);
  });

  it('judges where beside the aliases before it; unknown does not advance', () => {
    const when = [
      { event: 'a', as: 'first' },
      { event: 'b', where: 'total > first.total' },
    ];
    expect(decided(play({ when }, at(0, 'a', { total: 5 }), at(1, 'b', { total: 5 }), at(2, 'b', { total: 6 })))).toEqual([2]);
    const unknown = play({ when }, at(0, 'a', { total: 5 }), at(1, 'b'));
    expect([decided(unknown), unknown.notices.map((n) => n.name)]).toEqual([[], ['event-unknown']]);
  });

  it('takes an event for the next element rather than for another beginning', () => {
    const when = [{ event: 'a' }, { event: 'a', within: '1h' }];
    expect(decided(play({ when }, at(0, 'a'), at(1, 'a'), at(2, 'a'), at(3, 'a')))).toEqual([1, 3]);
  });

  it('advances only the runs of its key', () => {
    expect(decided(play({}, at(0, 'a'), at(1, 'b', { k: 2 })))).toEqual([]);
    expect(play({}, at(0, 'a'), at(1, 'b', { k: null })).actions).toEqual([]);
  });
});

describe('onRepeat', () => {
  const when = [
    { event: 'a', as: 'first' },
    { not: 'b', for: '1h' },
  ];
  const data = [{ id: 'mail', email: 'm', with: { n: 'first.n' } }];
  const repeated = (onRepeat: string, ...events: Event[]): Json =>
    play({ when, onRepeat, do: data }, ...events).actions.map((a) => [a.decided - START, a.data['n'] ?? null]);
  const two = [at(0, 'a', { n: 1 }), at(10, 'a', { n: 2 })];

  it('keeps the first, restarts with the newest, extends the first, or opens one more', () => {
    expect(repeated('keepFirst', ...two)).toEqual([[H, 1]]);
    expect(repeated('restart', ...two)).toEqual([[10 + H, 2]]);
    expect(repeated('extend', ...two)).toEqual([[10 + H, 1]]);
    expect(repeated('parallel', ...two)).toEqual([
      [H, 1],
      [10 + H, 2],
    ]);
  });

  it('moves no deadline back when an older A comes later', () => {
    const disordered = [at(10, 'a', { n: 2 }, 10), at(0, 'a', { n: 1 }, 11)];
    expect(repeated('restart', ...disordered)).toEqual([[10 + H, 2]]);
    expect(repeated('extend', ...disordered)).toEqual([[10 + H, 2]]);
    expect(repeated('keepFirst', ...disordered)).toEqual([[10 + H, 2]]);
  });

  it('keeps the run id over restart and extend', () => {
    const ids = ['keepFirst', 'restart', 'extend'].map((onRepeat) => {
      const events = [at(0, 'a', { n: 1 }), at(10, 'a', { n: 2 })].map((event, i) => ({ ...event, id: `same${i}` }));
      return play({ when, onRepeat, do: data }, ...events).actions[0]?.run;
    });
    expect(new Set(ids).size).toBe(1);
  });

  it('is another attempt when the window was over, whether or not the tick has come', () => {
    expect(repeated('keepFirst', at(0, 'a', { n: 1 }), at(H, 'a', { n: 2 }))).toEqual([
      [H, 1],
      [2 * H, 2],
    ]);
    expect(repeated('restart', at(0, 'a', { n: 1 }), at(H + SETTLE, 'a', { n: 2 }))).toEqual([
      [H, 1],
      [2 * H + SETTLE, 2],
    ]);
  });

  it('is a repeat all the same when the run turns out to be open still', () => {
    const steps = [{ id: 'mail', email: 'm' }, { wait: { for: '1d' } }, { id: 'later', email: 'm' }];
    const played = play({ when, do: steps }, at(0, 'a'), at(H, 'a'), at(2 * H, 'a'));
    expect(played.actions.map((a) => [a.step, a.decided - START])).toEqual([
      ['mail', H],
      ['later', 25 * H],
    ]);
  });

  it('violates by a B that was there before the restart that moves over it', () => {
    const events = [at(0, 'a'), at(H, 'b', {}, H), at(H - 1, 'a', {}, H + 1)];
    expect(repeated('restart', ...events)).toEqual([]);
    expect(repeated('extend', ...events)).toEqual([]);
    expect(repeated('keepFirst', ...events)).toEqual([[H, null]]);
  });
});
