export { freePort, ServiceProcess } from './service-process.js';
export { ask, eventually, post } from './system.js';
