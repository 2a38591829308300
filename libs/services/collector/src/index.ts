export { HttpIntake, type HttpAnswer, type HttpIntakeOptions, type HttpRequest, type Rejected } from './http-intake.js';
export { IngestIntake } from './ingest-intake.js';
export { BATCH_BYTES_MAX, BATCH_ITEMS_MAX, CALL_BYTES_MAX, DEPTH_MAX } from './limits.js';
export { CALL_TYPES, parseCall, type CallContext, type CallType, type Encoded } from './parse-call.js';
export { ReceiptIntake } from './receipt-intake.js';
