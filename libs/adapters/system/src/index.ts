export { makeLogger } from './pino-logger.js';
export { PrometheusMeter } from './prometheus-meter.js';
export { SystemClock } from './system-clock.js';
