export { MemoryStateStore } from './memory-state-store.js';
