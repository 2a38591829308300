import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { assign, type Claim } from './sticky-assigner.js';

const topic = (count: number): string[] => Array.from({ length: count }, (_, i) => `t/${i}`);
const claim = (instance: string, held: readonly string[] = []): Claim => ({ member: `member-of-${instance}`, instance, held });
const sharesOf = (claims: readonly Claim[], partitions: readonly string[]): string[][] => {
  const shares = assign(claims, partitions);
  return claims.map(({ member }) => [...(shares.get(member) ?? [])].sort());
};

test('gives every partition to one member, and no member two more than another, whatever they claim', () => {
  const instances = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(instances, fc.integer({ min: 1, max: 40 }), fc.infiniteStream(fc.subarray(topic(40))), (names, count, held) => {
      const claims = names.map((name) => claim(name, held.next().value as string[]));
      const shares = sharesOf(claims, topic(count));
      expect(shares.flat().sort()).toEqual(topic(count).sort());
      const sizes = shares.map((s) => s.length);
      expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
    }),
  );
});

test('leaves everything where it is when a member rejoins with what it has', () => {
  const [a, b] = sharesOf([claim('a'), claim('b')], topic(9));
  expect(sharesOf([claim('b', b), claim('a', a)], topic(9))).toEqual([b, a]);
});

test('takes from others only what a newcomer needs', () => {
  const [a = [], b = []] = sharesOf([claim('a'), claim('b')], topic(12));
  const [a2 = [], b2 = [], c2 = []] = sharesOf([claim('a', a), claim('b', b), claim('c')], topic(12));
  expect(c2).toHaveLength(4);
  expect([...a2, ...b2].every((p) => (a2.includes(p) ? a.includes(p) : b.includes(p)))).toBe(true);
});

test('gives an instance that was away its own partitions back, and the others keep theirs', () => {
  const before = [claim('a'), claim('b'), claim('c')];
  const [a = [], b = [], c = []] = sharesOf(before, topic(12));
  const [a2 = [], b2 = []] = sharesOf([claim('a', a), claim('b', b)], topic(12));
  const back = sharesOf([claim('a', a2), claim('b', b2), claim('c')], topic(12));
  expect(back).toEqual([a, b, c]);
});
