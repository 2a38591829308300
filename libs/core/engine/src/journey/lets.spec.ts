import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { playEvents } from '../play/play.js';
import { makeProgram } from '../compile/program.js';

const H = 3_600_000;
const data = (fields: { readonly [field: string]: Json }, ...events: Event[]): JsonObject | undefined => {
  const document = makeTriggerDocument({
    let: {
      items: { list: 'cart.item_added', unique: 'sku', minus: 'cart.item_removed', newest: 2 },
      total: { sum: 'price * quantity', of: 'items' },
    },
    do: [{ id: 'mail', email: 'm', with: { skus: 'items.map(i, i.sku)', total: 'total' } }],
    ...fields,
  });
  const program = makeProgram([{ name: 'abandoned-cart', version: 1, revision: 1, document, state: 'live' }]);
  expect(program.problems).toEqual([]);
  return playEvents(program, 'u:ada', events, { recode: true }).actions[0]?.data;
};
const item = (ms: number, sku: string, price: number | null = 1, cartId = 'c1'): Event =>
  eventAt(ms, 'cart.item_added', { cartId, sku, quantity: 2, ...(price === null ? {} : { price }) });
const removed = (ms: number, sku: string): Event => eventAt(ms, 'cart.item_removed', { cartId: 'c1', sku });

const notices = (...events: Event[]): string[] => {
  const document = makeTriggerDocument({ let: { items: { list: 'cart.item_added' }, total: { sum: 'price', of: 'items' } } });
  const program = makeProgram([{ name: 'abandoned-cart', version: 1, revision: 1, document, state: 'live' }]);
  return playEvents(program, 'u:ada', events).notices.map((notice) => notice.name);
};

describe('let', () => {
  it('counts what lacks a value that is summed', () => {
    expect(notices(item(0, 'a'), item(1, 'b', null))).toEqual(['item-unknown']);
  });

  it('collects from the event that opened the run on, for its key, and sums', () => {
    expect(data({}, item(0, 'a', 3), item(1, 'b', 4), item(2, 'x', 9, 'c2'))).toEqual({ skus: ['a', 'b'], total: 14 });
  });

  it('keeps the newest, one of each kind, and takes away what was removed', () => {
    expect(data({}, item(0, 'a'), item(1, 'b'), item(2, 'c'))).toEqual({ skus: ['b', 'c'], total: 4 });
    expect(data({}, item(0, 'a'), item(1, 'b'), item(2, 'a', 5))).toEqual({ skus: ['b', 'a'], total: 12 });
    expect(data({}, item(0, 'a'), item(1, 'b'), removed(2, 'a'))).toEqual({ skus: ['b'], total: 2 });
  });

  it('keeps of one kind the newer, whichever came first', () => {
    const late = eventAt(
      5,
      'cart.item_added',
      { cartId: 'c1', sku: 'b', quantity: 2, price: 9 },
      { received: makeInstant(START + 20) },
    );
    expect(data({}, item(0, 'a'), item(10, 'b', 4), late)).toEqual({ skus: ['a', 'b'], total: 10 });
  });

  it('leaves out of a sum what lacks the value', () => {
    expect(data({}, item(0, 'a', null), item(1, 'b', 4))).toEqual({ skus: ['a', 'b'], total: 8 });
  });

  it('lets nothing in that falls after the deadline, and keeps its values over a restart', () => {
    expect(data({}, item(0, 'a'), item(H, 'b'))).toEqual({ skus: ['a'], total: 2 });
    expect(data({ onRepeat: 'restart' }, item(0, 'a'), item(H - 1, 'b'))).toEqual({ skus: ['a', 'b'], total: 4 });
  });

  it('keeps of an event only what is read', () => {
    const document = makeTriggerDocument({
      let: { n: { list: 'cart.item_added' }, total: { sum: 'price', of: 'n' } },
      do: [{ id: 'mail', email: 'm', with: { t: 'total' } }],
    });
    const program = makeProgram([{ name: 'abandoned-cart', version: 1, revision: 1, document, state: 'live' }]);
    const { state } = playEvents(program, 'u:ada', [item(0, 'a', 3)], { outcome: () => undefined });
    expect(state?.runs).toEqual([]);
    expect(program.version('abandoned-cart', 1)?.lists[0]?.keep).toEqual(new Set(['price']));
  });
});
