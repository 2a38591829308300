export { describeStateStore, type StateStorePlace } from './state-store.js';
