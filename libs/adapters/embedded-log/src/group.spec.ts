import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { share, type Member } from './group.js';
import type { Partition } from './partition.js';

const partitionsOf = (count: number, topic = 't'): Partition[] =>
  Array.from({ length: count }, (_, number) => ({ topic, number }) as unknown as Partition);
const memberOf = (partitions: readonly Partition[]): Member => ({ partitions: new Set(partitions) }) as unknown as Member;
const countsOf = (members: readonly Member[], shares: ReadonlyMap<Partition, Member>): number[] =>
  members.map((member) => [...shares.values()].filter((m) => m === member).length);

test('shares evenly whatever was held before, and gives every partition to somebody', () => {
  const cases = fc.tuple(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(), { maxLength: 30 }));
  fc.assert(
    fc.property(cases, ([count, size, before]) => {
      const partitions = partitionsOf(count);
      const members = Array.from({ length: size }, () => memberOf(partitions));
      const held = new Map(
        partitions.flatMap((p, i) => (before[i] === undefined ? [] : [[p, members[before[i] % size]!] as const])),
      );
      const counts = countsOf(members, share(members, held));
      expect(counts.reduce((a, b) => a + b)).toBe(count);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
  );
});

test('moves no more than a newcomer needs, and nothing when nobody came or went', () => {
  const partitions = partitionsOf(4);
  const [a, b, c] = [memberOf(partitions), memberOf(partitions), memberOf(partitions)];
  const two = share([a, b], new Map());
  expect(share([a, b], two)).toEqual(two);
  const three = share([a, b, c], two);
  expect(partitions.filter((p) => three.get(p) !== two.get(p))).toHaveLength(1);
});

test('gives no partition to a member that does not read its topic', () => {
  const [mine, other] = [partitionsOf(2, 'mine'), partitionsOf(2, 'other')];
  const [a, b] = [memberOf(mine), memberOf(other)];
  expect([...share([a, b], new Map())].every(([p, m]) => (mine.includes(p) ? m === a : m === b))).toBe(true);
});
