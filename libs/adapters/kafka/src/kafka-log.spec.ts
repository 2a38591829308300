import { RecordingWatch } from '@tripline/testing-builders';
import { describeWithBroker } from '@tripline/testing-broker';
import { describeEventLog } from '@tripline/testing-conformance';
import { openKafkaLog } from './kafka-log.js';

describeWithBroker('Kafka', (broker) => {
  describeEventLog('Kafka', async () => {
    const options = { brokers: broker().brokers, clientId: 'conformance', watch: new RecordingWatch() };
    let log = await openKafkaLog(options);
    const reopen = async () => {
      await log.close();
      return (log = await openKafkaLog(options));
    };
    return { log, reopen, close: () => log.close() };
  });
});
