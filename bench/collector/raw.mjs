// The peer: Fastify and kafkajs as they come, doing the least that could be called a collector. Arguments: brokers.
import fastify from 'fastify';
import { Kafka, logLevel } from 'kafkajs';

const kafka = new Kafka({ brokers: process.argv[2].split(','), clientId: 'bench-raw', logLevel: logLevel.ERROR });
const producer = kafka.producer();
await producer.connect();
const app = fastify();
const message = (call) => ({ key: call.userId, value: JSON.stringify(call) });
const send = (messages) => producer.send({ topic: 'tripline.events', acks: -1, messages });
app.get('/health', () => ({ ok: true }));
app.post('/v1/track', async (request) => {
  await send([message(request.body)]);
  return { success: true };
});
app.post('/v1/batch', async (request) => {
  await send(request.body.batch.map(message));
  return { success: true };
});
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
process.on('SIGTERM', () => process.exit(0));
