export { chaos, type ChaosPlan } from './chaos.js';
export { type Verdict } from './audit.js';
