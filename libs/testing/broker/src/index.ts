export { describeWithBroker } from './describe-with-broker.js';
export { freePorts, HOST } from './free-ports.js';
export { guard } from './guard.js';
export { openBroker, whyNoBroker, type Broker, type Unavailable } from './open-broker.js';
export { underLock } from './under-lock.js';
