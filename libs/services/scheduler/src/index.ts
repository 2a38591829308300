export { LEASE, POLL, RETELL_AGE, ROUND_MAX, SILENT_AGE } from './gate.js';
export { Scheduler, type SchedulerOptions } from './scheduler.js';
