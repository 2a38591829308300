export { describeEventLog } from './event-log.js';
export { type EventLogPlace } from './log-bench.js';
export { type StateStorePlace } from './state-rig.js';
export { describeStateStore } from './state-store.js';
export { describeAttemptLedger } from './attempt-ledger.js';
export { describeCatalogue } from './catalogue.js';
export { describeEventMemory } from './event-memory.js';
export { type GatePlace, type GatePorts } from './gate-place.js';
export { describeGatehouse } from './gatehouse.js';
