import { describe, expect, test } from '@jest/globals';
import { SecondChance } from './second-chance.js';

const entry = (name: number): { name: number; used: boolean } => ({ name, used: false });
const names = (held: SecondChance<{ name: number; used: boolean }>): number[] => [...held].map(({ name }) => name).sort();

describe('a bounded set with a second chance', () => {
  test('never holds more than its bound; where nothing is used, the oldest gives way', () => {
    const held = new SecondChance<{ name: number; used: boolean }>(3);
    expect([0, 1, 2].map((name) => held.admit(entry(name)))).toEqual([undefined, undefined, undefined]);
    for (let name = 3; name < 20; name++) expect(held.admit(entry(name))?.name).toBe(name - 3);
    expect(names(held)).toEqual([17, 18, 19]);
  });

  test('what is used stays, as long as it is used', () => {
    const held = new SecondChance<{ name: number; used: boolean }>(3);
    const used = entry(0);
    held.admit(used);
    for (let name = 1; name < 50; name++) {
      used.used = true;
      expect(held.admit(entry(name))).not.toBe(used);
    }
    for (let name = 50; name < 54; name++) held.admit(entry(name));
    expect(names(held)).not.toContain(0);
  });

  test('where all are used, one gives way all the same', () => {
    const held = new SecondChance<{ name: number; used: boolean }>(3);
    const all = [0, 1, 2].map(entry);
    for (const each of all) held.admit(each);
    for (const each of all) each.used = true;
    expect(held.admit(entry(3))?.name).toBe(0);
  });
});
