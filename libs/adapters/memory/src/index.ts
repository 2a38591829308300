export { MemoryObjectStore } from './memory-object-store.js';
export { MemoryStateStore } from './memory-state-store.js';
