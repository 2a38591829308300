export { Asking, type AskingParts } from './asking.js';
export { STANDING_STILL } from './collector-proof.js';
export { findPosition, type StartFrom } from './position.js';
export { Processor, type Halted, type ProcessorOptions, type TaskReport } from './processor.js';
export { SNAPSHOT_LIMITS, type SnapshotLimits } from './snapshot-limits.js';
export { CHECKPOINT_EVERY, SharedLimits, type TaskLimits } from './task-limits.js';
export { Task, type TaskParts } from './task.js';
export { CLOCK_SKEW_MAX, TICK_PATIENCE, TICK_SPACING } from './tick-writer.js';
