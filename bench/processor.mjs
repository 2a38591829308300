// One million events from a real Kafka topic through tasks with LMDB, beside kafkajs reading and JSON-parsing the same topic.
// npm run bench -- processor [--events 1000000] [--users 200000] [--partitions 1] [--rounds 3] [--deadlines]
import { spawn } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openBroker } from '@tripline/testing-broker';
import { fill } from './processor/fill.mjs';
import { report } from './processor/report.mjs';

const number = (name) => ({ type: 'string', default: String(name) });
const { values } = parseArgs({
  options: {
    events: number(1_000_000),
    users: number(200_000),
    partitions: number(1),
    rounds: number(3),
    deadlines: { type: 'boolean', default: false },
  },
});
const setup = {
  events: Number(values.events),
  users: Number(values.users),
  partitions: Number(values.partitions),
  rounds: Number(values.rounds),
  deadlines: values.deadlines,
};
/** Room for young objects, and one thread to collect them; the same for both. */
const NODE_FLAGS = ['--max-semi-space-size=64', '--single-threaded-gc'];

/** Runs a measurement in a process of its own; answers what it prints. */
async function measure(file, ...args) {
  const child = spawn(process.execPath, [...NODE_FLAGS, join(import.meta.dirname, 'processor', file), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${file} ended with ${code}`);
  return JSON.parse(Buffer.concat(parts).toString());
}

const broker = await openBroker(1_024);
if ('unavailable' in broker) {
  console.error(broker.unavailable);
  process.exit(1);
}
const work = await mkdtemp(join(tmpdir(), 'tripline-bench-'));
try {
  const filled = await fill(broker.brokers, setup);
  console.log(`${filled.records} records, ${filled.bytesEach} bytes each on average, are in the topic`);
  const rounds = [];
  for (let round = 0; round < setup.rounds; round++) {
    const task = await measure(
      'measure-task.mjs',
      broker.brokers.join(),
      join(work, String(round)),
      filled.records,
      setup.partitions,
    );
    const peer = await measure('measure-kafkajs.mjs', broker.brokers.join(), filled.records, setup.partitions);
    console.log(`round ${round + 1}: task ${task.perCpuSecond} events/s of CPU, kafkajs + JSON.parse ${peer.perCpuSecond}`);
    rounds.push({ task, peer });
  }
  const machine = {
    node: process.version,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
  };
  const { json, markdown } = report({ setup, filled, rounds, machine, flags: NODE_FLAGS });
  const name = setup.deadlines ? 'processor-deadlines' : setup.partitions === 1 ? 'processor' : `processor-${setup.partitions}`;
  await mkdir(join(import.meta.dirname, 'results'), { recursive: true });
  await writeFile(join(import.meta.dirname, 'results', `${name}.json`), json);
  await writeFile(join(import.meta.dirname, 'results', `${name}.md`), markdown);
  console.log(`\n${markdown}`);
} finally {
  await rm(work, { recursive: true, force: true });
  await broker.stop();
}
