export { type KafkaLogOptions } from './client.js';
export { openKafkaLog } from './kafka-log.js';
