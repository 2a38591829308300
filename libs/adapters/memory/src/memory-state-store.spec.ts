import { describeStateStore } from '@tripline/testing-conformance';
import { MemoryStateStore } from './memory-state-store.js';

describeStateStore('memory', () => {
  const store = new MemoryStateStore();
  return Promise.resolve({ store: () => store, close: () => Promise.resolve() });
});
