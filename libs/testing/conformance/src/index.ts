export { describeEventLog } from './event-log.js';
export { type EventLogPlace } from './log-bench.js';
export { describeStateStore, type StateStorePlace } from './state-store.js';
