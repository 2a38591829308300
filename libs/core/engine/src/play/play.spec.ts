import { describe, expect, it } from '@jest/globals';
import type { Json } from '@tripline/kernel';
import { type Action } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { advance } from '../advance.js';
import { describePerson } from '../person/describe-person.js';
import { decodePerson } from '../person/person-codec.js';
import { playEvents, playExamples } from './play.js';
import { makeProgram } from '../compile/program.js';

const H = 3_600_000;
const inForce = (document: ReturnType<typeof makeTriggerDocument>) =>
  makeProgram([{ name: 'abandoned-cart', version: 3, revision: 1, document, state: 'live' }]);
const cart = (ms: number, cartId: Json, more: { readonly [name: string]: Json } = {}) =>
  eventAt(ms, 'cart.item_added', { cartId, ...more });

describe('playExamples', () => {
  const added = (at: string) => ({ at, event: 'cart.item_added', properties: { cartId: 'c1' } });
  const document = makeTriggerDocument({
    do: [{ id: 'mail', email: 'm' }, { wait: { for: '1d' } }, { id: 'text', sms: 'm' }],
    exit: [{ event: 'order.completed' }],
    examples: [
      {
        name: 'walks away',
        events: [added('0s')],
        expect: [
          { at: '1h', step: 'mail' },
          { at: '1d1h', step: 'text' },
        ],
      },
      {
        name: 'buys in time',
        events: [added('0s'), { at: '59m', event: 'order.completed', properties: { cartId: 'c1' } }],
        expect: [],
      },
      {
        name: 'buys after the mail',
        events: [added('0s'), { at: '2h', event: 'order.completed', properties: { cartId: 'c1' } }],
        expect: [{ at: '1h', step: 'mail' }],
      },
      { name: 'expects too much', events: [], expect: [{ at: '1h', step: 'mail' }] },
    ],
  });

  it('plays each on a virtual clock, without settle, and says what came instead', () => {
    const played = playExamples(document);
    const results = played.ok ? played.value : [];
    expect(results.map((r) => [r.name, r.ok])).toEqual([
      ['walks away', true],
      ['buys in time', true],
      ['buys after the mail', true],
      ['expects too much', false],
    ]);
    expect(results[3]).toMatchObject({ expected: [{ at: H, step: 'mail' }], actual: [] });
  });
});

it('playExamples names the problems of a document that does not compile', () => {
  expect(playExamples(makeTriggerDocument({ if: 'nope' }))).toMatchObject({ ok: false, problems: [{ path: 'if' }] });
  expect(playExamples({})).toMatchObject({ ok: false });
});

describe('limits', () => {
  it('opens no more than so many runs for a person, and counts what it did not open', () => {
    const events = Array.from({ length: 103 }, (_, i) => cart(i, `c${i}`));
    const { actions, notices } = playEvents(inForce(makeTriggerDocument()), 'u:ada', events);
    expect([actions.length, notices.map((n) => n.name)]).toEqual([100, ['runs-full', 'runs-full', 'runs-full']]);
  });

  it('remembers so many keys and message ids, and counts what it forgot', () => {
    const orders = Array.from({ length: 600 }, (_, i) => eventAt(i, 'order.completed', { cartId: `c${i}` }));
    const { state, notices } = playEvents(inForce(makeTriggerDocument()), 'u:ada', orders);
    expect([state?.remembered.length, state!.messages.current.length + state!.messages.before.length]).toEqual([100, 350]);
    expect(new Set(notices.map((n) => n.name))).toEqual(new Set(['remembered-full', 'messages-forgotten']));
  });

  it('keeps no alias that is too large, and a list only as long as it fits', () => {
    const document = makeTriggerDocument({
      when: [
        { event: 'cart.item_added', as: 'cart' },
        { not: 'order.completed', for: '1h' },
      ],
      let: { items: { list: 'cart.item_added', newest: 100 } },
      do: [{ id: 'mail', email: 'm', with: { text: 'cart.text', count: 'size(items)', items: 'items' } }],
    });
    const large = playEvents(inForce(document), 'u:ada', [cart(0, 'c1', { text: 'x'.repeat(9_000) })]);
    expect([large.actions[0]?.data, large.notices.map((n) => n.name)]).toEqual([
      { count: 0, items: [] },
      ['kept-too-large', 'kept-too-large', 'data-unknown'],
    ]);
    const many = playEvents(
      inForce(document),
      'u:ada',
      Array.from({ length: 50 }, (_, i) => cart(i, 'c1', { text: 'x'.repeat(5_000) })),
    );
    expect(many.actions[0]?.data['count']).toBe(13);
  });
});

describe('an example of a person who logs in', () => {
  const added = { at: '0s', event: 'cart.item_added', anonymousId: 'x', properties: { cartId: 'c1' } };
  const login = { at: '10m', event: '$identify', anonymousId: 'x' };
  const bought = { at: '20m', event: 'order.completed', properties: { cartId: 'c1' } };
  const walksAway = [{ at: '1h', step: 'mail' }];
  it.each([
    ['the cart of before is the person\u2019s', [added, login], walksAway],
    ['bought after the login', [added, login, bought], []],
    ['bought on the device, after the login', [added, login, { ...bought, anonymousId: 'x' }], []],
    ['without a login they are two', [added, bought], walksAway],
  ])('%s', (name, events, expected) => {
    const document = makeTriggerDocument({ examples: [{ name, events, expect: expected }] });
    expect(playExamples(document)).toMatchObject({ ok: true, value: [{ name, ok: true }] });
  });
});

describe('describePerson', () => {
  it('says what each run waits for and until when', () => {
    const program = inForce(
      makeTriggerDocument({
        when: [
          { event: 'cart.item_added', as: 'cart' },
          { not: 'order.completed', for: '1h' },
        ],
      }),
    );
    const { state } = advance(program, 'u:ada', undefined, { kind: 'event', event: cart(0, 'c1'), clock: START });
    expect(describePerson(program, 'u:ada', state!)).toMatchObject({
      person: 'u:ada',
      runs: [
        {
          trigger: 'abandoned-cart',
          version: 3,
          key: 'c1',
          waitsFor: 'no order.completed',
          until: '2026-01-01T01:00:00.000Z',
          decidedAt: '2026-01-01T01:00:10.000Z',
        },
      ],
    });
    const fired = advance(program, 'u:ada', state, { kind: 'timer', due: state!.runs[0]!.due, clock: START });
    expect(describePerson(program, 'u:ada', fired.state!)).toMatchObject({
      runs: [
        {
          run: (fired.outputs[0] as Action).run,
          waitsFor: 'the outcome of its messages',
          actions: [{ step: 'mail', status: 'pending' }],
        },
      ],
    });
  });
});

describe('the stored form', () => {
  it('is refused where this build does not know it', () => {
    expect(() => decodePerson(new TextEncoder().encode('[99]'))).toThrow(/form/);
    expect(() => decodePerson(new TextEncoder().encode('nothing'))).toThrow(/form/);
  });
});
