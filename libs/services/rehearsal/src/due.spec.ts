import { expect, it } from '@jest/globals';
import { Heap, makeInstant } from '@tripline/kernel';
import fc from 'fast-check';
import { compareDues, type Due } from './due.js';

it('gives what was put in, by instant, then deadline, then person', () => {
  const small = fc.integer({ min: 0, max: 3 }).map(makeInstant);
  const due = fc.record({ at: small, deadline: small, person: fc.constantFrom('u:a', 'u:b', 'u:Z') });
  fc.assert(
    fc.property(fc.array(due), fc.integer({ min: 0, max: 5 }), (dues, before) => {
      const heap = new Heap<Due>(compareDues);
      const popped: (Due | undefined)[] = [];
      for (const one of dues.slice(0, before)) heap.push(one);
      const early = heap.pop();
      for (const one of dues.slice(before)) heap.push(one);
      while (heap.peek() !== undefined) popped.push(heap.pop());
      const first = [...dues.slice(0, before)].sort(compareDues)[0];
      expect(early).toEqual(first);
      expect([...popped, ...(early === undefined ? [] : [early])].sort((a, b) => compareDues(a!, b!))).toEqual(
        [...dues].sort(compareDues),
      );
      expect(popped).toEqual([...popped].sort((a, b) => compareDues(a!, b!)));
    }),
  );
});
