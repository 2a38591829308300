import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { PlayOptions } from '../play/person-play.js';
import { playEvents, type Played } from '../play/play.js';
import { makeProgram } from '../compile/program.js';
import { nextTimer } from '../timers.js';

const D = 86_400_000;
const SETTLE = 10_000;
const program = (fields: { readonly [field: string]: Json } = {}) =>
  makeProgram([
    {
      name: 'win-back',
      version: 1,
      revision: 1,
      state: 'live',
      document: makeTriggerDocument({
        name: 'win-back',
        by: undefined,
        when: [{ inactive: 'login', for: '30d', as: 'spell' }],
        ...fields,
      }),
    },
  ]);
const play = (events: Event[], fields: { readonly [field: string]: Json } = {}, options: PlayOptions = {}): Played =>
  playEvents(program(fields), 'u:ada', events, { recode: true, ...options });
const decided = (played: Played): number[] => played.actions.map((action) => action.decided - START);
const login = (ms: number, fields: Partial<Event> = {}): Event => eventAt(ms, 'login', {}, fields);
const received = (ms: number): Partial<Event> => ({ received: makeInstant(START + ms) });

describe('inactivity', () => {
  it('needs a first event, and is told once per spell', () => {
    expect(decided(play([eventAt(0, 'cart.item_added')]))).toEqual([]);
    expect(decided(play([login(0)]))).toEqual([30 * D]);
    expect(decided(play([login(0), login(40 * D)]))).toEqual([30 * D, 70 * D]);
  });

  it.each([
    [30 * D - 1, [60 * D - 1]],
    [30 * D, [30 * D, 60 * D]],
    [30 * D + 1, [30 * D, 60 * D + 1]],
  ])('with the next event at %i fires %j: one at the deadline is too late for the spell', (ms, fired) => {
    expect(decided(play([login(0), login(ms)]))).toEqual(fired);
  });

  it('goes on from the newest event, also where an older one comes after it', () => {
    expect(decided(play([login(10), login(9, received(20))]))).toEqual([30 * D + 10]);
  });

  it('is told also where an event after the deadline comes before the tick, and recalled by it as if the tick had been on time', () => {
    const { state: first } = advance(program(), 'u:ada', undefined, { kind: 'event', event: login(0), clock: START });
    const { state: second } = advance(program(), 'u:ada', first, { kind: 'event', event: login(31 * D), clock: START });
    const due = makeInstant(START + 30 * D + SETTLE);
    expect(nextTimer(second!)).toEqual({ due, deadline: due - SETTLE });
    const { outputs, state } = advance(program(), 'u:ada', second, { kind: 'timer', due, clock: due });
    expect(outputs).toMatchObject([
      { kind: 'recall', reason: 'violated' },
      { kind: 'action', decided: START + 30 * D },
    ]);
    const back = makeInstant(START + 61 * D + SETTLE);
    expect(
      advance(program(), 'u:ada', state, { kind: 'timer', due: back, clock: back }).outputs.filter((o) => o.kind === 'action'),
    ).toHaveLength(1);
  });

  it('takes an event back into the spell that reaches us within settle', () => {
    expect(decided(play([login(0), login(30 * D - 1, received(30 * D + SETTLE - 1))]))).toEqual([60 * D - 1]);
    expect(decided(play([login(0), login(30 * D - 1, received(30 * D + SETTLE))]))).toEqual([30 * D, 60 * D - 1]);
  });

  it('resets by writing one instant: the timer stays, and moves when it comes due', () => {
    const p = program();
    let state = advance(p, 'u:ada', undefined, { kind: 'event', event: login(0), clock: START }).state;
    const armed = nextTimer(state!);
    for (let day = 1; day < 20; day++)
      state = advance(p, 'u:ada', state, { kind: 'event', event: login(day * D), clock: START }).state;
    expect(nextTimer(state!)).toEqual(armed);
    const { state: moved, outputs } = advance(p, 'u:ada', state, { kind: 'timer', due: armed!.due, clock: armed!.due });
    expect([outputs, nextTimer(moved!)]).toEqual([[], { due: START + 49 * D + SETTLE, deadline: START + 49 * D }]);
  });

  it('counts every event where it says any, but of our own outcomes only clicks and replies', () => {
    const any = { when: [{ inactive: 'any', for: '30d' }] };
    expect(decided(play([eventAt(0, 'page.viewed'), eventAt(D, 'x')], any))).toEqual([31 * D]);
    const sent = { action: 'act_9', run: 'run_9', trigger: 'other', step: 'mail', status: 'sent' } as const;
    const outcome = (status: 'sent' | 'clicked'): Event =>
      eventAt(D, `email.${status}`, {}, { type: 'outcome', outcome: { ...sent, status } });
    expect(decided(play([login(0), outcome('sent')], any))).toEqual([30 * D]);
    expect(decided(play([login(0), outcome('clicked')], any))).toEqual([31 * D]);
  });

  it('recalls a message that is still held when the person returns', () => {
    const held = play([login(0), login(30 * D + 3_600_000)], {}, { outcome: () => undefined });
    expect(held.recalls).toMatchObject([{ action: held.actions[0]!.id, reason: 'violated' }]);
  });

  it('is not broken by a late event of the instant at which it began', () => {
    const held = play(
      [login(0), login(0, received(30 * D + SETTLE + 1))],
      { time: { accept: '60d' } },
      { outcome: () => undefined },
    );
    expect([decided(held), held.recalls]).toEqual([[30 * D], []]);
  });

  it('knows when the spell began', () => {
    const [action] = play([login(0)], { do: [{ id: 'mail', email: 'we-miss-you', with: { since: 'spell.since' } }] }).actions;
    expect(action!.data).toEqual({ since: '2026-01-01T00:00:00.000Z' });
  });

  it('takes historical events at their own time, and tells no spell that was over before they came', () => {
    const old = { historical: true, ...received(100 * D) } as const;
    expect(decided(play([login(0, old)]))).toEqual([]);
    expect(decided(play([login(90 * D, old)]))).toEqual([120 * D]);
  });

  it('can be followed by further elements, counted from the end of the spell', () => {
    const when = [
      { inactive: 'login', for: '30d' },
      { event: 'login', within: '1d' },
    ];
    expect(decided(play([login(0), login(31 * D - 1)], { when }))).toEqual([31 * D - 1]);
    expect(decided(play([login(0), login(31 * D)], { when }))).toEqual([]);
  });
});

describe('silence that is told again', () => {
  const again = (every: string, atMost: number) => ({
    when: [{ inactive: 'login', for: '30d', again: { every, atMost }, as: 'spell' }],
  });

  it('is told so many times in all, each its own run', () => {
    const played = play([login(0)], again('30d', 3));
    expect(decided(played)).toEqual([30 * D, 60 * D, 90 * D]);
    expect(new Set(played.actions.map((action) => action.run)).size).toBe(3);
  });

  it.each([
    [59 * D, [30, 89, 119, 149]],
    [60 * D, [30, 60, 90, 120, 150]],
    [95 * D, [30, 60, 90, 125, 155, 185]],
  ])('begins anew with an event at %i', (ms, days) => {
    expect(decided(play([login(0), login(ms)], again('30d', 3)))).toEqual(days.map((day) => day * D));
  });

  it('may be told again later than it was first, and an event in between comes sooner', () => {
    expect(decided(play([login(0)], again('60d', 2)))).toEqual([30 * D, 90 * D]);
    expect(decided(play([login(0), login(31 * D)], again('60d', 2)))).toEqual([30 * D, 61 * D, 121 * D]);
    expect(decided(play([login(0), login(31 * D)], again('7d', 3)))).toEqual([30 * D, 61 * D, 68 * D, 75 * D]);
  });

  it('knows of each when the silence began', () => {
    const fields = { ...again('30d', 2), do: [{ id: 'mail', email: 'm', with: { since: 'spell.since' } }] };
    expect(play([login(0)], fields).actions.map((action) => action.data)).toEqual([
      { since: '2026-01-01T00:00:00.000Z' },
      { since: '2026-01-01T00:00:00.000Z' },
    ]);
  });
});
