import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@tripline/kernel';
import fc from 'fast-check';
import { compileExpression } from './expression.js';
import { propertyOf, UNKNOWN, type Value } from './value.js';

const evaluate = (text: string, event: JsonObject = {}): Value => {
  const compiled = compileExpression('if', text, (name) => (scope) => propertyOf(scope.event ?? UNKNOWN, name));
  if (!compiled.ok) throw new Error(compiled.problems[0]?.message);
  return compiled.value.evaluate({ event, user: {}, run: undefined });
};
const problem = (text: string): string | undefined => {
  const compiled = compileExpression('if', text, (name) => (name === 'user' ? () => ({}) : `unknown name ${name}`));
  return compiled.ok ? undefined : `${compiled.problems[0]?.path}: ${compiled.problems[0]?.message}`;
};

describe('expressions', () => {
  it.each([
    ['n + 1 > 3', { n: 2.5 }, true],
    ['5 / 2', {}, 2.5],
    ['n % 2 == 1', { n: 7 }, true],
    ['-n', { n: 7 }, -7],
    ['"a" + s', { s: 'b' }, 'ab'],
    ['country in ["DE", "NO"]', { country: 'NO' }, true],
    ['"x" in m', { m: { x: null } }, true],
    ['items[0].sku', { items: [{ sku: 'a' }] }, 'a'],
    ['m["a b"]', { m: { 'a b': 1 } }, 1],
    ['{"a": n}', { n: 1 }, { a: 1 }],
    ['l == [1, {"a": 2}]', { l: [1, { a: 2 }] }, true],
    ['1 == "1"', {}, false],
    ['size(l) + size("äö")', { l: [1, 2] }, 4],
    ['s.startsWith("a") && s.contains("b") && s.endsWith("c")', { s: 'abc' }, true],
    ['items.exists(i, i.price * i.quantity > 50)', { items: [{ price: 30, quantity: 2 }] }, true],
    ['items.filter(i, i.n > 1).map(i, i.n)', { items: [{ n: 1 }, { n: 2 }] }, [2]],
    ['l.all(x, l.exists(y, y == x)) && l.exists_one(x, x == 1)', { l: [1, 2] }, true],
    ['default(missing, 3) + 1', {}, 4],
    ['has(event.x)', { event: {} }, false],
    ['has(a.b)', { a: { b: null } }, true],
    ['int("7.9") + double("0.5")', {}, 7.5],
    ['string(7) + lowerAscii("AÄ")', {}, '7aÄ'],
    ['n > 1 ? "many" : "one"', { n: 2 }, 'many'],
  ])('%s with %j is %j', (text, event, expected) => {
    expect(evaluate(text, event as JsonObject)).toEqual(expected);
  });

  it.each([
    'missing > 1',
    'n > "1"',
    'n.x.y',
    '!n',
    'l[9]',
    'n / 0',
    'missing ? 1 : 2',
    'm.toString',
    'm.__proto__',
    '[missing]',
    'has(n.a.b)',
  ])('%s is unknown, and throws nothing', (text) => expect(evaluate(text, { n: 1, l: [], m: {} })).toBe(UNKNOWN));

  it('absorbs the unknown as three-valued logic does, on either side', () => {
    const value = fc.constantFrom('true', 'false', 'missing');
    const known: Record<string, Value> = { true: true, false: false, missing: UNKNOWN };
    fc.assert(
      fc.property(value, value, (a, b) => {
        const any = (of: string) => a === of || b === of;
        expect(evaluate(`${a} && ${b}`)).toBe(any('false') ? false : any('missing') ? UNKNOWN : true);
        expect(evaluate(`${a} || ${b}`)).toBe(any('true') ? true : any('missing') ? UNKNOWN : false);
        expect(evaluate(`[${a}].exists(x, x)`)).toBe(known[a]);
      }),
    );
    expect(evaluate('l.exists(x, x.ok)', { l: [{}, { ok: true }] })).toBe(true);
    expect(evaluate('l.all(x, x.ok)', { l: [{}, { ok: false }] })).toBe(false);
    expect(evaluate('l.all(x, x.ok)', { l: [{}, { ok: true }] })).toBe(UNKNOWN);
  });

  it('counts its steps and gives up as unknown, in bounded time', () => {
    const l = Array.from({ length: 100 }, (_, i) => i);
    expect(evaluate('l.exists(a, a == 99)', { l })).toBe(true);
    expect(evaluate('l.all(a, l.all(b, l.all(c, l.all(d, a + b + c + d >= 0))))', { l })).toBe(UNKNOWN);
  });

  it('refuses at compile time what is not part of the language, and says where', () => {
    expect(problem('user.a >')).toMatch(/^if: not CEL: .* at character 9$/);
    expect(problem('usr.a > 1')).toBe('if: unknown name usr');
    expect(problem('user.name.matches("(a+)+$")')).toMatch(/matches.*is not part of the language/);
    expect(problem('now()')).toBe('if: there is no function "now"');
    expect(problem('size(user, 1)')).toBe('if: size takes 1 value(s), not 2');
    expect(problem('1u == 1')).toMatch(/unsigned/);
    expect(problem('user.l.exists(1, true)')).toMatch(/iteration variable/);
    expect(problem('constructor()')).toBe('if: there is no function "constructor"');
    expect(problem('('.repeat(200))).toMatch(/^if: not CEL/);
  });

  it('knows what it reads before it is evaluated', () => {
    const compiled = compileExpression('if', 'a.x > 1 && items.exists(i, i.y > a.z) && b == c', () => () => UNKNOWN);
    expect(compiled.ok && [...compiled.value.reads].map(([name, fields]) => [name, [...fields]])).toEqual([
      ['a', ['x', 'z']],
      ['items', ['*']],
      ['b', ['*']],
      ['c', ['*']],
    ]);
  });
});
