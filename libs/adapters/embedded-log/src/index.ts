export { EmbeddedClock } from './embedded-clock.js';
export { EmbeddedLog, type EmbeddedLogOptions } from './embedded-log.js';
