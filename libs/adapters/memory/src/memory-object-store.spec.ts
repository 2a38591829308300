import { describeObjectShelf } from '@tripline/testing-conformance';
import { MemoryObjectStore } from './memory-object-store.js';

describeObjectShelf('memory', () => {
  const shelf = new MemoryObjectStore();
  return Promise.resolve({ shelf: () => shelf, close: () => Promise.resolve() });
});
