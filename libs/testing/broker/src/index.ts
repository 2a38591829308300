export { describeWithBroker } from './describe-with-broker.js';
export { openBroker, whyNoBroker, type Broker, type Unavailable } from './open-broker.js';
