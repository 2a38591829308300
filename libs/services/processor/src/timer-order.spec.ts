import { describe, expect, test } from '@jest/globals';
import { Heap, makeInstant } from '@tripline/kernel';
import type { Timer } from '@tripline/ports';
import fc from 'fast-check';
import { compareTimers } from './timer-order.js';

const timers = fc.array(
  fc.record({
    due: fc.integer({ min: 0, max: 5 }).map(makeInstant),
    deadline: fc.integer({ min: 0, max: 3 }).map(makeInstant),
    person: fc.constantFrom('a', 'b', 'c'),
  }),
);

describe('a heap of timers', () => {
  test('gives them in the order of due, deadline, person, however pushes and pops are mixed', () => {
    fc.assert(
      fc.property(timers, fc.nat(20), (given, popped) => {
        const heap = new Heap<Timer>(compareTimers);
        given.forEach((timer) => heap.push(timer));
        const rest: Timer[] = [...given].sort(compareTimers);
        for (let i = 0; i < popped; i++) expect(heap.pop()).toEqual(rest.shift());
        given.forEach((timer) => heap.push(timer));
        rest.push(...given);
        rest.sort(compareTimers);
        expect(heap.size).toBe(rest.length);
        while (rest.length > 0) {
          expect(heap.peek()).toEqual(rest[0]);
          expect(heap.pop()).toEqual(rest.shift());
        }
        expect(heap.pop()).toBeUndefined();
      }),
    );
  });
});
