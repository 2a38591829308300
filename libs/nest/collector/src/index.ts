export { CollectorModule, type CollectorOptions } from './collector.module.js';
