// The peer: kafkajs as it comes, eachBatch, every value JSON-parsed, nothing kept. Prints its costs.
import { randomUUID } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import { startCosts } from './quiet.mjs';
import { makeWarm } from './warm.mjs';

const [brokers, wanted] = [process.argv[2].split(','), Number(process.argv[3])];
const kafka = new Kafka({ brokers, clientId: 'bench-peer', logLevel: logLevel.ERROR });
const consumer = kafka.consumer({ groupId: `bench-peer-${randomUUID()}` });
await consumer.connect();
let read = 0;
let names = 0;
let done;
const all = new Promise((resolve) => (done = resolve));
const costs = startCosts();
const warm = makeWarm(costs, wanted);
await consumer.subscribe({ topics: ['tripline.events'], fromBeginning: true });
await consumer.run({
  eachBatch: async ({ batch }) => {
    for (const { value } of batch.messages) names += JSON.parse(value.toString()).kind === 'event' ? 1 : 0;
    read += batch.messages.length;
    warm.look(read);
    if (read >= wanted) done();
  },
});
await all;
const { cpuSeconds, wallSeconds } = costs();
await consumer.disconnect();
const perCpuSecond = Math.round(read / cpuSeconds);
const warmPerCpuSecond = warm.rate(read, cpuSeconds);
console.log(JSON.stringify({ records: read, events: names, cpuSeconds, wallSeconds, perCpuSecond, warmPerCpuSecond }));
