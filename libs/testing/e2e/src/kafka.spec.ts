import { describeWithBroker } from '@tripline/testing-broker';
import { openKafkaSystem } from './kafka-system.js';
import { describeMainPath } from './main-path.js';

describeWithBroker('on Kafka', (broker) => {
  describeMainPath('the main path, a process for each service', () => openKafkaSystem(broker().brokers), {
    kill: true,
    ingest: true,
  });
});
