// One million events from a real Kafka topic through tasks with LMDB, beside the same job in Kafka Streams, and kafkajs doing nothing.
// npm run bench -- processor [--events 1000000] [--users 200000] [--partitions 1] [--rounds 3] [--still]
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBroker } from '@tripline/testing-broker';
import { bringStreams } from './peers/kafka-streams/bring.mjs';
import { fill } from './processor/fill.mjs';
import { report } from './processor/report.mjs';
import { measure, runForJson } from './shared/child.mjs';
import { keepResults } from './shared/results.mjs';

const number = (name) => ({ type: 'string', default: String(name) });
const { values } = parseArgs({
  options: {
    events: number(1_000_000),
    users: number(200_000),
    partitions: number(1),
    rounds: number(3),
    still: { type: 'boolean', default: false },
  },
});
const setup = {
  events: Number(values.events),
  users: Number(values.users),
  partitions: Number(values.partitions),
  rounds: Number(values.rounds),
  deadlines: !values.still,
};

const broker = await openBroker(1_024);
if ('unavailable' in broker) {
  console.error(broker.unavailable);
  process.exit(1);
}
const streams = bringStreams();
const work = await mkdtemp(join(tmpdir(), 'tripline-bench-'));

/** Each side once, one after the other, over the whole topic. */
async function runRound(round, records) {
  const brokers = broker.brokers.join();
  const task = await measure('processor/measure-task.mjs', brokers, join(work, `task-${round}`), records, setup.partitions);
  const folder = join(work, `streams-${round}`);
  const java =
    'unavailable' in streams
      ? undefined
      : await runForJson(streams.command, [...streams.args, brokers, folder, records, setup.partitions]);
  const peer = await measure('processor/measure-kafkajs.mjs', brokers, records, setup.partitions);
  return { task, ...(java && { streams: java }), peer };
}

try {
  const filled = await fill(broker.brokers, setup);
  console.log(`${filled.records} records, ${filled.bytesEach} bytes each on average, are in the topic`);
  const rounds = [];
  for (let round = 0; round < setup.rounds; round++) {
    rounds.push(await runRound(round, filled.records));
    const rates = Object.entries(rounds[round]).map(([name, { perCpuSecond, mails }]) => `${name} ${perCpuSecond} (${mails ?? 0} mails)`); // prettier-ignore
    console.log(`round ${round + 1}, events/s of CPU: ${rates.join(', ')}`);
  }
  await keepResults(nameOf(setup), report({ setup, filled, rounds, streams }));
} finally {
  await rm(work, { recursive: true, force: true });
  await broker.stop();
}

/** Runs of another size, and of another Node than the images have, are kept beside. */
function nameOf({ deadlines, partitions }) {
  const [major] = process.versions.node.split('.');
  const parts = [deadlines ? '' : 'still', partitions === 1 ? '' : partitions, major === '24' ? '' : `node${major}`];
  return ['processor', ...parts.filter((part) => part !== '')].join('-');
}
