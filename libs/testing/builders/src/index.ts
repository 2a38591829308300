export { ManualClock } from './manual-clock.js';
export { makeAction, makeDispatch, makeEvent, makeProfile, makeReceipt, makeRecall, START } from './nouns.js';
export { RecordingWatch } from './recording-watch.js';
export { eventAt, makeTriggerDocument } from './trigger-documents.js';
