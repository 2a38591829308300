import { describe, expect, test } from '@jest/globals';
import { CompiledCache } from './compiled-cache.js';

describe('CompiledCache', () => {
  test('forgets the least recently used when the weight is passed', () => {
    const cache = new CompiledCache<number>(10);
    cache.set('a', 1, 4);
    cache.set('b', 2, 4);
    expect(cache.get('a')).toBe(1);
    cache.set('c', 3, 4);
    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  test('a value set again weighs once, and one too heavy is not kept', () => {
    const cache = new CompiledCache<number>(10);
    cache.set('a', 1, 6);
    cache.set('a', 2, 6);
    cache.set('b', 3, 4);
    cache.set('c', 4, 11);
    expect([cache.get('a'), cache.get('b'), cache.get('c'), cache.size]).toEqual([2, 3, undefined, 2]);
  });
});
