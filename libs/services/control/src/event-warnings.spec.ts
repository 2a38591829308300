import { describe, expect, it } from '@jest/globals';
import { compileSegment, compileTrigger } from '@tripline/engine';
import { makeInstant, type JsonObject } from '@tripline/kernel';
import { parseSegment, parseTrigger, type Segment, type Trigger } from '@tripline/model';
import { EVENT_NAMES_MAX, type EventSeen } from '@tripline/ports';
import * as fc from 'fast-check';
import { BEHIND_MAX, eventWarnings, SEEN_ENOUGH } from './event-warnings.js';

const seen = (name: string, properties: readonly string[] = [], fields: Partial<EventSeen> = {}): EventSeen => ({
  name,
  total: 5_000,
  lastDay: 1_204,
  lastSeen: makeInstant(0),
  looked: SEEN_ENOUGH,
  properties: properties.map((each) => ({ name: each, count: 1 })),
  cut: false,
  ...fields,
});
const SHOP = [
  seen('cart.item_added', ['cartId', 'sku', 'price', 'value']),
  seen('cart.item_removed', ['cartId', 'sku']),
  seen('order.completed', ['cart_id', 'total']),
];

function trigger(fields: JsonObject): Trigger {
  const parsed = parseTrigger({
    ...{ kind: 'trigger', name: 't', purpose: 'marketing', when: [{ event: 'cart.item_added' }] },
    ...{ do: [{ id: 'mail', email: 'm' }], ...fields },
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(compileTrigger(parsed.value)).toMatchObject({ ok: true });
  return parsed.value;
}

function segment(fields: JsonObject): Segment {
  const parsed = parseSegment({ kind: 'segment', name: 's', ...fields });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  expect(compileSegment(parsed.value)).toMatchObject({ ok: true });
  return parsed.value;
}

const warned = (document: Trigger | Segment, events: readonly EventSeen[] = SHOP, behind = 0): string[] =>
  eventWarnings(document, { events, behind }).map(({ path, message }) => `${path}: ${message}`);
const paths = (...args: Parameters<typeof warned>): string[] => warned(...args).map((line) => line.split(':')[0]!);

describe('an event that has never been seen', () => {
  it('is one of which nobody knows where counting has halted', () => {
    const lacking = { when: [{ event: 'cart.item_added', where: 'nothing == 1' }, { event: 'cart.item_aded' }] };
    expect(eventWarnings(trigger(lacking), { events: SHOP, behind: 0, halted: true })).toEqual([
      {
        path: 'when.1.event',
        message: 'whether "cart.item_aded" has been seen is not known: counting events has halted, see /health',
      },
    ]);
  });

  it('is named with the closest and how often that was seen', () => {
    expect(warned(trigger({ when: [{ event: 'cart.item_aded' }] }))).toEqual([
      'when.0.event: "cart.item_aded" has never been seen; closest is "cart.item_added" (1,204 in 24 h)',
    ]);
    const few = [seen('a.few', [], { lastDay: 204 }), seen('a.million', [], { lastDay: 1_000_000 })];
    expect(warned(trigger({ when: [{ event: 'a.fw' }, { event: 'a.milion' }] }), few)).toEqual([
      expect.stringContaining('(204 in 24 h)'),
      expect.stringContaining('(1,000,000 in 24 h)'),
    ]);
    expect(warned(trigger({ when: [{ event: 'something.else' }] }))).toEqual([
      'when.0.event: "something.else" has never been seen, nor anything like it: /api/events/names has what was',
    ]);
  });

  it('is found wherever one is named', () => {
    const when = [
      { any: [{ event: 'x1' }, { all: [{ event: 'x2', times: 2, within: '1d' }] }] },
      {
        all: [
          { seen: 'x3', within: '1d' },
          { notSeen: 'x4', within: '1d' },
        ],
      },
      { not: 'x5', for: '1h' },
    ];
    const known = ['cart.item_added', 'order.completed'];
    const does = [
      { wait: { until: { event: 'x6' }, atMost: '1d' } },
      { if: 'user.a', do: [{ wait: { until: { event: 'x7', of: 'mail' }, atMost: '1d' } }] },
    ];
    const rest = {
      let: { items: { list: 'x8', unique: 'sku', minus: 'x9' } },
      exit: [{ event: 'x10' }, { is: 'user.blocked' }, { event: known[1]! }],
      goal: { event: 'x11', within: '1d' },
    };
    expect(paths(trigger({ when, do: [{ id: 'mail', email: 'm' }, ...does], ...rest }))).toEqual([
      ...['when.0.any.0.event', 'when.0.any.1.all.0.event', 'when.1.all.0.seen', 'when.1.all.1.notSeen', 'when.2.not'],
      ...['let.items.list', 'let.items.minus', 'do.1.wait.until.event', 'do.2.do.0.wait.until.event'],
      ...['exit.0.event', 'goal.event'],
    ]);
    expect(paths(trigger({ when: { sequence: [{ inactive: 'x', for: '1d' }] } }))).toEqual(['when.sequence.0.inactive']);
    const pages = [{ page: '/a' }, { stay: '/b', for: '1m' }, { leave: '/c' }, { click: 'Buy' }, { screen: 'Home' }];
    expect(paths(trigger({ when: pages }))).toEqual([
      'when.0.page',
      'when.1.stay',
      'when.2.leave',
      'when.3.click',
      'when.4.screen',
    ]);
    const lets = { n: { count: 'x', within: '1d' }, s: { sum: 'total', event: 'y', within: '1d' } };
    expect(paths(segment({ let: lets, where: 'n + s > 1' }))).toEqual(['let.n.count', 'let.s.event']);
  });

  it('is none where no event is named, or one of our own', () => {
    for (const first of [{ inactive: 'any', for: '1d' }, { enters: 'vip' }, { changed: 'user.plan' }, { every: 'daily 09:00' }])
      expect(warned(trigger({ when: [first] }))).toEqual([]);
    const clicked = { wait: { until: { event: 'email.clicked', of: 'mail' }, atMost: '1d' } };
    expect(warned(trigger({ do: [{ id: 'mail', email: 'm' }, clicked], exit: [{ event: 'sms.replied' }] }))).toEqual([]);
    expect(warned(trigger({ exit: [{ event: 'email.clickd' }] }))).toEqual([
      expect.stringMatching(/closest is "email.clicked"$/),
    ]);
  });

  it('is not spoken of on a system that has hardly seen anything, has not caught up, or saw more than it could remember', () => {
    const typo = trigger({ when: [{ event: 'cart.item_aded' }] });
    const some = (total: number): EventSeen[] => [seen('cart.item_added', [], { total }), seen('email.sent')];
    expect(warned(typo, [])).toEqual([]);
    expect(warned(typo, some(SEEN_ENOUGH - 1))).toEqual([]);
    expect(warned(typo, some(SEEN_ENOUGH))).toHaveLength(1);
    expect(warned(typo, SHOP, BEHIND_MAX)).toHaveLength(1);
    expect(warned(typo, SHOP, BEHIND_MAX + 1)).toEqual([]);
    const many = (count: number): EventSeen[] => Array.from({ length: count }, (_, i) => seen(`product ${i}`));
    expect(warned(typo, many(EVENT_NAMES_MAX - 1))).toHaveLength(1);
    expect(warned(typo, many(EVENT_NAMES_MAX))).toEqual([]);
  });
});

describe('a key that an event has never carried', () => {
  const cart = { by: 'cartId', when: [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h' }] };
  const told =
    '"order.completed" has never carried "cartId" (20 looked at): it is joined to nothing; say `by: cart_id` here, or `by: none`';

  it('is told where the event is named, or where its own key is', () => {
    expect(warned(trigger(cart))).toEqual([`when.1.not: ${told}`]);
    expect(warned(trigger({ ...cart, exit: [{ event: 'order.completed' }] }))).toEqual([
      `when.1.not: ${told}`,
      `exit.0.event: ${told}`,
    ]);
    const own = (by: string) => ({ ...cart, when: [cart.when[0]!, { not: 'order.completed', for: '1h', by }] });
    expect(warned(trigger(own('cart_id')))).toEqual([]);
    expect(warned(trigger(own('none')))).toEqual([]);
    expect(warned(trigger(own('cart_id.deep')))).toEqual([]);
    expect(warned(trigger(own('card_id')))).toEqual([expect.stringMatching(/^when\.1\.by: .*say `by: cart_id` here$/)]);
  });

  it('is of no concern to an event that belongs to the run by its message', () => {
    const wait = (of: object) => ({ wait: { until: { event: 'order.completed', ...of }, atMost: '1d' } });
    const waiting = (of: object) => trigger({ by: 'cartId', do: [{ id: 'mail', email: 'm' }, wait(of)] });
    expect(paths(waiting({}))).toEqual(['do.1.wait.until.event']);
    expect(paths(waiting({ of: 'mail' }))).toEqual([]);
  });

  it('is not spoken of before enough were looked at, nor where not all it carries is remembered', () => {
    const order = (fields: Partial<EventSeen>) => [SHOP[0]!, seen('order.completed', ['total'], fields)];
    expect(warned(trigger(cart), order({ looked: SEEN_ENOUGH - 1 }))).toEqual([]);
    expect(warned(trigger(cart), order({ cut: true }))).toEqual([]);
    expect(warned(trigger(cart), order({}))).toEqual([expect.stringContaining('say `by: its own key` here, or `by: none`')]);
  });
});

describe('a property that an event has never carried', () => {
  it('is told with the closest, unless it may be missing', () => {
    const where = (text: string) => trigger({ when: [{ event: 'cart.item_added', where: text, as: 'cart' }] });
    expect(warned(where('valu >= 20 && user.plan == "pro"'))).toEqual([
      'when.0.where: "cart.item_added" has never carried "valu" (20 looked at), and what rests on it is unknown; closest is "value"',
    ]);
    expect(warned(where('event.colour == "red"'))).toEqual([
      expect.stringMatching(/write default\(colour, …\) where it may be missing$/),
    ]);
    expect(warned(where('default(colour, "red") == "red" && value > 1'))).toEqual([]);
    const later = [
      { event: 'cart.item_added', as: 'cart' },
      { event: 'order.completed', where: 'total > cart.value && mail.sent == false' },
    ];
    expect(warned(trigger({ when: later }))).toEqual([]);
  });

  it('is looked for in lists, goals and aggregates too', () => {
    const lets = {
      items: { list: 'cart.item_added', unique: 'sk', minus: 'cart.item_removed' },
      sum: { sum: 'prize * 2', of: 'items' },
    };
    expect(paths(trigger({ let: lets }))).toEqual(['let.items.unique', 'let.sum.sum', 'let.items.unique']);
    expect(paths(trigger({ goal: { event: 'order.completed', within: '1d', value: 'event.totl', where: 'paid' } }))).toEqual([
      'goal.where',
      'goal.value',
    ]);
    const spent = { sum: 'amount', event: 'order.completed', where: 'total > 1 && open', within: '1d' };
    expect(paths(segment({ let: { spent }, where: 'spent > 1' }))).toEqual(['let.spent.where', 'let.spent.sum']);
  });
});

describe('any document', () => {
  const name = fc.constantFrom('cart.item_added', 'order.completed', 'x', '', '__proto__', 'email.clicked', '$page', 'any', '🎉');
  const text = fc.constantFrom(
    'value > 1',
    'value >',
    'event.x',
    'has(event)',
    'default(a.b.c, 1)',
    'a.exists(b, b.c)',
    '"',
    '!(',
    'x.default()',
  );
  const element = fc.record(
    {
      ...{ event: name, not: name, seen: name, page: name, stay: name, inactive: name, as: fc.constantFrom('cart', 'value') },
      ...{ where: text, by: fc.constantFrom('none', 'cartId', 'a.b', '.'), within: fc.constant('1d'), for: fc.constant('1h') },
    },
    { requiredKeys: [] },
  );
  const document = fc.record({
    kind: fc.constant('trigger'),
    name: fc.constant('t'),
    purpose: fc.constant('marketing'),
    by: fc.option(fc.constantFrom('cartId', '.'), { nil: undefined }),
    when: fc.array(
      fc.oneof(element, fc.record({ event: name, where: text }), fc.record({ any: fc.array(fc.record({ event: name })) })),
    ),
    do: fc.constant([{ id: 'mail', email: 'm' }]),
    exit: fc.array(fc.record({ event: name }), { maxLength: 2 }),
  });

  it('is either no trigger, or warned of at places that are there', () => {
    let read = 0;
    fc.assert(
      fc.property(document, (given) => {
        const parsed = parseTrigger(JSON.parse(JSON.stringify(given)));
        if (!parsed.ok) return;
        read++;
        for (const { path, message } of eventWarnings(parsed.value, { events: SHOP, behind: 0 })) {
          const found = path
            .split('.')
            .reduce<unknown>((at, field) => (at as Record<string, unknown> | undefined)?.[field], given);
          expect([path, found]).toEqual([path, expect.any(String)]);
          expect(message).toMatch(/has never/);
        }
      }),
      { numRuns: 2_000 },
    );
    expect(read).toBeGreaterThan(50);
  });
});
