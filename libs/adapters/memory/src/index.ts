export { MemoryObjectStore } from './memory-object-store.js';
export { MemoryDatabase, type MemoryPorts } from './memory-database.js';
export { MemoryStateStore } from './memory-state-store.js';
