import { describe, expect, it } from '@jest/globals';
import type { Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import type { PersonState } from '../person/person-state.js';
import { makeProgram } from '../compile/program.js';
import { nextTimer } from '../timers.js';
import type { TraceEntry } from './trace.js';

/** Everything told while these events and what they made due were applied. */
function told(fields: { readonly [field: string]: Json | undefined }, ...events: Event[]): TraceEntry[] {
  const program = makeProgram([{ name: 't', version: 1, revision: 1, state: 'live', document: makeTriggerDocument({ name: 't', ...fields }) }]); // prettier-ignore
  const entries: TraceEntry[] = [];
  let state: PersonState | undefined;
  const apply = (input: Parameters<typeof advance>[3]): void => {
    const traced = advance(program, 'u:ada', state, input, (entry) => void entries.push(entry));
    expect(advance(program, 'u:ada', state, input)).toEqual(traced);
    state = traced.state;
  };
  for (const event of events) apply({ kind: 'event', event, clock: event.received });
  for (let next = state && nextTimer(state); next !== undefined; next = state && nextTimer(state)) {
    apply({ kind: 'timer', due: next.due, clock: next.due });
    if (next.due - START > 100_000_000) break;
  }
  return entries;
}
const cart = (ms: number, properties: Event['properties'] = { cartId: 'c1', value: 49 }): Event =>
  eventAt(ms, 'cart.item_added', properties, { id: `cart-${ms}` });
const order = (ms: number): Event => eventAt(ms, 'order.completed', { cartId: 'c1' }, { id: `order-${ms}` });
const order2 = (cartId: string): Event => eventAt(6, 'order.completed', { cartId }, { id: 'order-6' });
const HOUR = 3_600_000;
const iso = (ms: number): string => new Date(START + ms).toISOString();
const names = (entries: readonly TraceEntry[]): string[] => entries.map(({ what }) => what);

describe('a trace', () => {
  it('tells how an attempt opened, what it waited for and until when, and that it fired', () => {
    const entries = told({}, cart(0));
    expect(names(entries)).toEqual(['attempt.opened', 'attempt.waits', 'attempt.complete', 'fired', 'action-silent', 'run.over']);
    expect(entries[0]).toMatchObject({ trigger: 't', version: 1, run: expect.stringMatching(/^run_/), detail: { key: 'c1' } }); // prettier-ignore
    expect(entries[1]?.detail).toEqual({ for: ['no order.completed'], until: iso(HOUR), decidedAt: iso(HOUR + 10_000) });
    expect(entries[3]?.detail).toMatchObject({ step: 'mail', channel: 'email', decided: iso(HOUR) });
  });

  it('names the event that broke an attempt', () => {
    const entries = told({}, cart(0), order(5));
    expect(names(entries)).toEqual(['attempt.opened', 'attempt.waits', 'attempt.taken', 'attempt.failed']);
    expect(entries[2]?.detail).toEqual({ as: ['no order.completed'] });
  });

  it('says which predicate said no, on which values, or that it was unknown', () => {
    const when = [{ event: 'cart.item_added', where: 'value >= 20 && user.country == "DE"' }];
    const [first] = told({ when }, cart(0, { cartId: 'c1', value: 5 }));
    expect(first).toMatchObject({
      what: 'where',
      detail: { path: 'when.0.where', text: 'value >= 20 && user.country == "DE"', values: { value: 5 }, answer: false },
    });
    expect(told({ when }, cart(0))[0]?.detail).toMatchObject({ values: { value: 49 }, answer: 'unknown' });
  });

  it('says what the guard said, that a limit was met, and that no key could be read', () => {
    expect(told({ when: [{ event: 'cart.item_added', as: 'cart' }], if: 'cart.value > 50' }, cart(0))).toContainEqual(
      expect.objectContaining({ what: 'guard', detail: { path: 'if', text: 'cart.value > 50', values: { 'cart.value': 49 }, answer: false } }), // prettier-ignore
    );
    const limited = told({ when: [{ event: 'cart.item_added' }], limit: { runs: 1 } }, cart(0), cart(1));
    const of = { trigger: 't', version: 1, run: expect.any(String) };
    expect(limited).toContainEqual({ what: 'limit', ...of, detail: { runs: 1, counted: 0, reserved: 1, answer: true } });
    expect(limited).toContainEqual({ what: 'run-limited', ...of });
    expect(told({}, cart(0, {}))).toContainEqual(expect.objectContaining({ what: 'key', detail: { by: 'cartId' } })); // prettier-ignore
  });

  it('says by what a run was ended', () => {
    const entries = told({ when: [{ event: 'cart.item_added' }], exit: [{ event: 'order.completed' }] }, cart(0), order(5));
    expect(entries).toContainEqual(expect.objectContaining({ what: 'exit', run: entries[0]?.run }));
    expect(entries).toContainEqual(expect.objectContaining({ what: 'run.ended', detail: { reason: 'exit', recalls: ['mail'] } }));
  });
});

describe('an event that waited for what was due before it', () => {
  it('is what a decision was taken by, though a tick was the input', () => {
    const entries = told({}, cart(0), eventAt(HOUR + 20_000, 'order.completed', { cartId: 'c1' }, { id: 'order-late' }));
    expect(names(entries)).toContain('event-ahead');
    expect(entries.filter(({ event }) => event?.id === 'order-late').length).toBeGreaterThan(0);
  });
});

describe('what an event is not', () => {
  it('is said too: of another key, of another page, of a negated event whose where says no', () => {
    const other = told({}, cart(0), order2('c2'));
    expect(other).toContainEqual(expect.objectContaining({ what: 'attempt.passed', detail: { as: 'no order.completed', key: 'c1', other: 'c2' } })); // prettier-ignore
    const exit = told({ when: [{ event: 'cart.item_added' }], exit: [{ event: 'order.completed' }] }, cart(0), order2('c2'));
    expect(exit).toContainEqual(expect.objectContaining({ what: 'exit.passed', detail: { key: 'c1', other: 'c2' } }));
    const small = told({ when: [{ event: 'cart.item_added' }, { not: 'order.completed', where: 'total > 10', for: '1h' }] }, cart(0), eventAt(5, 'order.completed', { cartId: 'c1', total: 3 })); // prettier-ignore
    expect(small).toContainEqual(expect.objectContaining({ what: 'where', detail: expect.objectContaining({ values: { total: 3 }, answer: false }) })); // prettier-ignore
    const page = told({ by: undefined, when: [{ page: '/pricing*' }] }, eventAt(0, '$page', { path: '/jobs' }, { type: 'page' }));
    expect(page).toContainEqual(expect.objectContaining({ what: 'where', detail: { text: 'path is /pricing*', values: { path: '/jobs' }, answer: false } })); // prettier-ignore
  });

  it('a look back says what memory knew', () => {
    const when = [{ event: 'cart.item_added' }, { notSeen: 'order.completed', within: '1d' }];
    const entries = told({ when }, order(0), cart(5));
    expect(entries).toContainEqual(expect.objectContaining({ what: 'look', detail: expect.objectContaining({ as: 'no order.completed', found: true }) })); // prettier-ignore
  });
});

describe('an action', () => {
  it('names the events that its condition took, by alias', () => {
    const program = (when: Json) =>
      makeProgram([{ name: 't', version: 1, revision: 1, state: 'live', document: makeTriggerDocument({ name: 't', when }) }]);
    const of = (when: Json, ...events: Event[]): unknown => {
      let state: PersonState | undefined;
      return events.flatMap((event) => {
        const advanced = advance(program(when), 'u:ada', state, { kind: 'event', event, clock: START });
        state = advanced.state;
        return advanced.outputs.flatMap((output) => (output.kind === 'action' ? [output.events] : []));
      });
    };
    const sequence = [
      { event: 'cart.item_added', as: 'cart' },
      { event: 'order.completed', as: 'order' },
    ];
    expect(of(sequence, cart(0), order(5))).toEqual([{ cart: 'cart-0', order: 'order-5' }]);
    expect(of([{ event: 'cart.item_added', times: 2, within: '1h', as: 'carts' }], cart(0), cart(1))).toEqual([{ carts: ['cart-0', 'cart-1'] }]); // prettier-ignore
    expect(of([{ event: 'cart.item_added' }], cart(0))).toEqual([undefined]);
  });
});
