import { describe, expect, it } from '@jest/globals';
import { parseTrigger, triggerJsonSchema } from './trigger.js';

const cart = {
  kind: 'trigger',
  name: 'abandoned-cart',
  purpose: 'marketing',
  by: 'cartId',
  when: [
    { event: 'cart.item_added', where: 'value >= 20', as: 'cart' },
    { not: 'order.completed', for: '1h' },
  ],
  do: [{ id: 'mail', email: 'cart-reminder' }],
};
const problems = (document: unknown): string[] => {
  const parsed = parseTrigger(document);
  return parsed.ok ? [] : parsed.problems.map((p) => `${p.path}: ${p.message}`);
};

describe('parseTrigger', () => {
  it('fills in the defaults the language promises', () => {
    const parsed = parseTrigger(cart);
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        onRepeat: 'keepFirst',
        exit: [],
        time: { settle: 10_000, accept: 86_400_000, grace: 3_600_000 },
        when: { sequence: [{ as: 'cart' }, { for: 3_600_000 }] },
        whenPath: 'when',
      },
    });
  });

  it('names every unknown field by its path, also inside the elements of a union', () => {
    expect(problems({ ...cart, colour: 'red' })).toEqual(['colour: unknown field']);
    expect(problems({ ...cart, when: [{ event: 'a', wher: 'x' }] })).toEqual(['when.0.wher: unknown field']);
    expect(problems({ ...cart, do: [{ id: 'mail', email: 'x', expire: '1h' }] })).toEqual(['do.0.expire: unknown field']);
  });

  it('names wrong values', () => {
    expect(problems({ ...cart, when: [cart.when[0], { not: 'order.completed', for: 'an hour' }] })).toEqual([
      'when.1.for: "an hour" is not a duration: write for example 90m, 1h30m or 30d',
    ]);
    expect(problems(null)[0]).toMatch(/^: /);
  });

  it('refuses what nothing comes before, wherever the condition begins', () => {
    expect(problems({ ...cart, when: [cart.when[1]] })[0]).toMatch(/^when\.0: nothing comes before/);
    expect(problems({ ...cart, when: { sequence: [{ seen: 'a', within: '1d' }] } })[0]).toMatch(/^when\.sequence\.0: nothing/);
    expect(problems({ ...cart, when: [{ any: [{ event: 'a' }, { not: 'b', for: '1h' }] }] })[0]).toMatch(
      /^when\.0\.any\.1: nothing/,
    );
    expect(problems({ ...cart, when: [{ event: 'a', within: '1h' }] })).toEqual([
      'when.0.within: counts from the element before, and there is none',
    ]);
    expect(problems({ ...cart, when: [{ event: 'a' }, { inactive: 'b', for: '1h' }] })).toEqual([]);
  });

  it('reads dates and schedules, at the beginning only', () => {
    const first = (...when: object[]): string[] => problems({ ...cart, by: undefined, when });
    expect(first({ date: 'user.ends', before: '3d', at: '09:00', zone: 'user', yearly: true, as: 'end' })).toEqual([]);
    expect(first({ every: 'daily 09:00', in: 'vip', zone: 'Europe/Berlin', as: 'day' }, { not: 'a', for: '1d' })).toEqual([]);
    expect(first({ event: 'a' }, { date: 'user.ends' })).toEqual(['when.1: `date` must be the first element']);
    expect(first({ any: [{ every: 'daily 09:00' }, { event: 'a' }] })).toEqual([
      'when.0.any.0: `every` must be the first element',
    ]);
    expect(first({ date: 'ends' })[0]).toMatch(/^when\.0\.date: must be a trait/);
    expect(first({ date: 'user.ends', at: '9:00' })[0]).toMatch(/^when\.0\.at: must be a time of day/);
    expect(first({ date: 'user.ends', before: '1d', after: '1d' })[0]).toMatch(/^when\.0: takes `before` or `after`/);
    expect(first({ date: 'user.ends', before: '36h', at: '09:00' })[0]).toMatch(/^when\.0\.at: gives the time of day/);
    expect(first({ date: 'user.ends', before: '365d', yearly: true })[0]).toMatch(/^when\.0\.yearly: comes round before/);
    expect(first({ every: 'mondays 9am' })[0]).toMatch(/^when\.0\.every: "mondays 9am" is not a schedule: write for example/);
    expect(first({ every: 'daily 09:00', at: '09:00' })).toEqual(['when.0.at: unknown field']);
  });

  it('wants to know how long a `not` is meant, unless it stands between two elements', () => {
    const not = { not: 'b' };
    expect(problems({ ...cart, when: [{ event: 'a' }, not] })[0]).toMatch(/^when\.1: says neither/);
    expect(problems({ ...cart, when: [{ event: 'a' }, { all: [not, { event: 'c' }] }] })[0]).toMatch(/^when\.1\.all\.0: says/);
    expect(problems({ ...cart, when: [{ event: 'a' }, not, { event: 'c' }] })).toEqual([]);
    expect(problems({ ...cart, when: [{ event: 'a' }, { not: 'b', for: '1h' }, { event: 'c', within: '1d' }] })).toEqual([]);
  });

  it('reads groups in groups, and bounds them', () => {
    const nested = {
      all: [{ event: 'a' }, { any: [{ page: '/x*' }, { sequence: [{ event: 'b' }, { event: 'c' }] }] }],
      within: '1d',
    };
    expect(problems({ ...cart, when: [nested] })).toEqual([]);
    expect(problems({ ...cart, when: [{ all: [{ event: 'a' }, { evnt: 'b' }] }] })).toContain('when.0.all.1.evnt: unknown field');
    const deep = Array.from({ length: 8 }).reduce<object>((inner) => ({ all: [inner] }), { event: 'a' });
    expect(problems({ ...cart, when: [deep] })[0]).toMatch(/groups deep/);
    const wide = Array.from({ length: 7 }, () => ({ all: [{ event: 'a' }, { event: 'b' }] }));
    expect(problems({ ...cart, when: wide })[0]).toMatch(/more than 20 elements/);
    expect(problems({ ...cart, when: [{ event: 'a', page: '/b' }] })[0]).toMatch(/exactly one of/);
  });

  it('lets pages settle at once', () => {
    const settleOf = (when: unknown): unknown => {
      const parsed = parseTrigger({ ...cart, when });
      return parsed.ok && parsed.value.time.settle;
    };
    expect(settleOf([{ stay: '/pricing*', for: '3m' }])).toBe(0);
    expect(settleOf([{ page: '/a' }, { not: 'page.left', for: '1m' }])).toBe(0);
    expect(settleOf([{ page: '/a' }, { event: 'b' }])).toBe(10_000);
  });

  it('reads journeys, and names what is wrong in a branch', () => {
    const journey = [
      { id: 'mail', email: 'x' },
      { wait: { for: '1d', at: '09:00', zone: 'user' } },
      { if: 'mail.clicked', do: [{ id: 'text', sms: 'y' }], else: [{ wait: { at: '10:00' } }, { id: 'crm', webhook: 'z' }] },
      {
        id: 'offer',
        split: [
          { arm: 'control', share: 10, holdout: true },
          { arm: 'voucher', share: 90, do: [{ id: 'code', email: 'v' }] },
        ],
      },
    ];
    expect(problems({ ...cart, do: journey, goal: { event: 'order.completed', within: '7d', value: 'event.total' } })).toEqual(
      [],
    );
    const inBranch = (step: object): string[] => problems({ ...cart, do: [{ if: 'true', do: [step] }] });
    expect(inBranch({ id: 'm', email: 'x', expire: '1h' })).toEqual(['do.0.do.0.expire: unknown field']);
    expect(inBranch({ wait: { zone: 'user' } })[0]).toMatch(/^do\.0\.do\.0\.wait: must say how long/);
    expect(inBranch({ wait: { for: '1h', at: '25:00' } })[0]).toMatch(/^do\.0\.do\.0\.wait\.at: must be a time of day/);
    expect(
      problems({
        ...cart,
        do: [
          { id: 'm', email: 'x' },
          { if: 'true', do: [{ id: 'm', sms: 'y' }] },
        ],
      }),
    ).toEqual(['do.1.do.0.id: the name "m" is taken by do.0.id']);
    const arms = (split: unknown): string[] => problems({ ...cart, do: [{ id: 'o', split }] });
    expect(
      arms([
        { arm: 'a', share: 1 },
        { arm: 'a', share: 1 },
      ])[0],
    ).toMatch(/^do\.0\.split\.1\.arm/);
    expect(
      arms([
        { arm: 'a', share: 1 },
        { arm: 'b', share: 1, holdout: true, do: [{ id: 'm', email: 'x' }] },
      ])[0],
    ).toMatch(/hold-out/);
  });

  it('keeps aliases, lets and step ids in one namespace', () => {
    expect(problems({ ...cart, let: { mail: { list: 'cart.item_added' } } })).toEqual([
      'do.0.id: the name "mail" is taken by let.mail',
    ]);
  });

  it('describes itself as a JSON Schema', () => {
    const schema = triggerJsonSchema();
    expect(schema).toMatchObject({ type: 'object', additionalProperties: false, properties: { kind: { const: 'trigger' } } });
    expect(JSON.stringify(schema)).toMatch(/"notSeen"/);
  });
});
