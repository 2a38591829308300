import { describe, expect, test } from '@jest/globals';
import { Generations } from './generations.js';

describe('a cache in two generations', () => {
  test('never holds more than its bound, and always the half used last', () => {
    const cache = new Generations<number>(() => 10);
    for (let i = 0; i < 1_000; i++) {
      cache.set(`k${i}`, i);
      expect(cache.size).toBeLessThanOrEqual(10);
      for (let back = 0; back < Math.min(5, i + 1); back++) expect(cache.get(`k${i - back}`)).toBe(i - back);
    }
    expect(cache.get('k0')).toBeUndefined();
  });

  test('what is used stays', () => {
    const cache = new Generations<number>(() => 10);
    cache.set('used', 1);
    for (let i = 0; i < 100; i++) {
      cache.set(`k${i}`, i);
      expect(cache.get('used')).toBe(1);
    }
  });

  test('the newest value of a key is the one given', () => {
    const cache = new Generations<number>(() => 4);
    cache.set('a', 1);
    cache.set('b', 1);
    cache.set('c', 1);
    cache.set('a', 2);
    expect(cache.get('a')).toBe(2);
    cache.set('d', 1);
    cache.set('e', 1);
    expect(cache.get('a')).not.toBe(1);
  });
});
