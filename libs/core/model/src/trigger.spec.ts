import { describe, expect, it } from '@jest/globals';
import { parseTrigger } from './trigger.js';

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
        when: { elements: [{ as: 'cart' }, { for: 3_600_000 }] },
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

  it('refuses absence with nothing before it, and in the middle', () => {
    expect(problems({ ...cart, when: [cart.when[1]] })[0]).toMatch(/^when\.0: nothing comes before/);
    expect(problems({ ...cart, when: [cart.when[0], cart.when[1], { event: 'x' }] })[0]).toMatch(/^when\.1: /);
  });

  it('keeps aliases, lets and step ids in one namespace', () => {
    expect(problems({ ...cart, let: { mail: { list: 'cart.item_added' } } })).toEqual([
      'do.0.id: the name "mail" is taken by let.mail',
    ]);
  });
});
