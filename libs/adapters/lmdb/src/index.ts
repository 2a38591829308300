export { LmdbStateStore } from './lmdb-state-store.js';
