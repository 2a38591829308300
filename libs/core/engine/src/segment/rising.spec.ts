import { describe, expect, it } from '@jest/globals';
import { compileSegment } from '../compile/compile-segment.js';
import { parseSegment } from '@tripline/model';

const rising = (where: string): boolean => {
  const aggregate = (kind: string) => ({ [kind]: 'v', event: 'e', within: '1d' });
  const parsed = parseSegment({
    ...{ kind: 'segment', name: 's', where },
    let: { n: { count: 'e', within: '1d' }, d: aggregate('distinct'), top: aggregate('max'), low: aggregate('min'), sum: aggregate('sum'), last: aggregate('last') }, // prettier-ignore
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const compiled = compileSegment(parsed.value);
  return compiled.ok && compiled.value.rising;
};

describe('a segment', () => {
  it.each([
    'n >= 3',
    'n + d > 3 && user.pro',
    'top > 5 || n > user.needed',
    'low < 3',
    '!(n < 3)',
    '3 < n',
    '2 <= n - low',
    'user.plan == "pro" || size(user.tags) > 2',
    '-n < -3',
    'user.tags.exists(t, t == "x") && n > 1',
  ])('is rising where it says %s: more events can only make it truer', (where) => {
    expect(rising(where)).toBe(true);
  });

  it.each([
    'n < 3',
    'n == 3',
    'n != 3',
    'sum > 3',
    'last > 3',
    'low > 3',
    'top < 3',
    '!(n > 3)',
    'n - d > 3',
    'n > 3 && d == 0',
    'n * 2 > 3',
    'default(top, 0) > 3',
    'n > 3 ? true : false',
    'n in [3, 4]',
    'n > 1 && n < 5',
    '[n].exists(x, x == 0)',
    '[1].exists(x, n == 0)',
    '{"a": n}.a == 0',
  ])('is not where it says %s', (where) => {
    expect(rising(where)).toBe(false);
  });
});
