import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { playEvents, type Played } from '../play/play.js';
import { makeProgram } from '../compile/program.js';

const H = 3_600_000;
const SETTLE = 10_000;
const play = (fields: { readonly [field: string]: Json }, ...events: Event[]): Played => {
  const program = makeProgram([
    { name: 'abandoned-cart', version: 1, revision: 1, document: makeTriggerDocument(fields), state: 'live' },
  ]);
  expect(program.problems).toEqual([]);
  return playEvents(program, 'u:ada', events, { recode: true });
};
const decided = (played: Played): number[] => played.actions.map((action) => action.decided - START);
const notices = (played: Played): string[] => played.notices.map((notice) => notice.name);
const cart = (ms: number, cartId: Json = 'c1', fields: Partial<Event> = {}): Event =>
  eventAt(ms, 'cart.item_added', { cartId }, fields);
const order = (ms: number, cartId: Json = 'c1', fields: Partial<Event> = {}): Event =>
  eventAt(ms, 'order.completed', cartId === null ? {} : { cartId }, fields);
const received = (ms: number): Partial<Event> => ({ received: makeInstant(START + ms) });

describe('A, but no B within W', () => {
  it('completes at the deadline, ready when it has settled', () => {
    const { actions } = play({}, cart(0));
    expect(actions).toMatchObject([
      { decided: START + H, ready: START + H + SETTLE, step: 'mail', trigger: 'abandoned-cart', version: 1, depth: 1 },
    ]);
  });

  it.each([
    [0, []],
    [H - 1, []],
    [H, [H]],
    [H + 1, [H]],
  ])('with B at %i ms after A fires %j: B at the deadline is too late', (ms, fired) => {
    expect(decided(play({}, cart(0), order(ms)))).toEqual(fired);
  });

  it('is not violated by a B before A', () => {
    expect(decided(play({}, order(0), cart(1)))).toEqual([H + 1]);
  });

  it('joins by the key: another cart bought does not matter, one without a cart ends all', () => {
    expect(decided(play({}, cart(0), order(5, 'c2')))).toEqual([H]);
    expect(decided(play({}, cart(0, 'c1'), cart(1, 'c2'), order(5, null)))).toEqual([]);
  });

  it('takes 7 and "7" for one key, and opens nothing without one', () => {
    expect(decided(play({}, cart(0, 7), order(5, '7')))).toEqual([]);
    const played = play({}, cart(0, null));
    expect([decided(played), notices(played)]).toEqual([[], ['event-unknown']]);
  });

  it('lifts the join where the element says none, and reads the key where it says', () => {
    const lifted = { when: [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h', by: 'none' }] };
    expect(decided(play(lifted, cart(0), order(5, 'c2')))).toEqual([]);
    const renamed = { when: [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h', by: 'cart.id' }] };
    expect(decided(play(renamed, cart(0), eventAt(5, 'order.completed', { cart: { id: 'c1' } })))).toEqual([]);
    expect(decided(play(renamed, cart(0), eventAt(5, 'order.completed', { cart: { id: 'c2' } })))).toEqual([H]);
  });

  it('violates a run only by a B that its where does not rule out; an unknown where violates', () => {
    const when = [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h', where: 'total > 10' }];
    const paid = (total?: number) => eventAt(5, 'order.completed', { cartId: 'c1', ...(total === undefined ? {} : { total }) });
    expect(decided(play({ when }, cart(0), paid(5)))).toEqual([H]);
    expect(decided(play({ when }, cart(0), paid(11)))).toEqual([]);
    expect(decided(play({ when }, cart(0), paid()))).toEqual([]);
  });

  it('ends the violated attempt alone: the next A opens a new one', () => {
    expect(decided(play({}, cart(0), order(5), cart(10)))).toEqual([10 + H]);
  });

  it('lets stragglers in until it has settled, and decides by the clock alone', () => {
    expect(decided(play({}, cart(0), order(H - 1, 'c1', received(H + SETTLE - 1))))).toEqual([]);
    const late = play({}, cart(0), order(H - 1, 'c1', received(H + SETTLE)));
    expect(decided(late)).toEqual([H]);
  });

  it('counts a late cancel where the message is already gone', () => {
    const late = play({}, cart(0), order(H - 1, 'c1', received(2 * H)));
    expect([decided(late), late.recalls, notices(late)]).toEqual([[H], [], ['late-cancel']]);
  });

  it('opens nothing by an A that was decided, or exited, or violated, before it reached us', () => {
    expect(notices(play({}, cart(0, 'c1', received(H + SETTLE))))).toEqual(['event-late']);
    expect(decided(play({}, cart(0, 'c1', received(H + SETTLE - 1))))).toEqual([H]);
    expect(decided(play({}, order(5), cart(0, 'c1', received(6))))).toEqual([]);
    expect(decided(play({}, order(5, 'c2'), cart(0, 'c1', received(6))))).toEqual([H]);
    expect(decided(play({}, order(5, null), cart(0, 'c1', received(6))))).toEqual([]);
  });

  it('remembers, within settle, also the B before the last', () => {
    const at = (ms: number): Event => order(ms, 'c1', received(H + 5_000));
    expect(decided(play({}, at(H - 1), at(H + 4_000), cart(0, 'c1', received(H + 5_000))))).toEqual([]);
  });

  it('opens nothing by an A older than accept', () => {
    const when = [{ event: 'cart.item_added' }, { not: 'order.completed', for: '3d' }];
    expect(notices(play({ when }, cart(0, 'c1', received(24 * H + 1))))).toEqual(['event-late']);
    expect(decided(play({ when }, cart(0, 'c1', received(24 * H))))).toEqual([72 * H]);
  });

  it('is violated and opened by the same event where A and B are one', () => {
    const when = [{ event: 'cart.item_added' }, { not: 'cart.item_added', for: '1h' }];
    expect(decided(play({ when }, cart(0), cart(10), cart(20)))).toEqual([20 + H]);
  });
});
