// Events over HTTP into a real Kafka, acknowledged: the collector's process beside Fastify + kafkajs doing the least.
// npm run bench -- collector [--events 100000] [--rounds 3]
import { parseArgs } from 'node:util';
import { openBroker } from '@tripline/testing-broker';
import { drive, WAYS } from './collector/drive.mjs';
import { WRITE_KEY } from './shared/calls.mjs';
import { goal, keepResults, median, thousands, where } from './shared/results.mjs';
import { openProgram, openService } from './shared/service.mjs';

const { values } = parseArgs({
  options: { events: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' } },
});
const setup = { events: Number(values.events), rounds: Number(values.rounds) };
/** Of what is sent in batches: singly a call costs far more. */
const SINGLY_SHARE = 0.2;
const GOAL = 0.8;

const broker = await openBroker(1_024);
if ('unavailable' in broker) {
  console.error(broker.unavailable);
  process.exit(1);
}
const brokers = broker.brokers.join();
const collector = await openService('collector', { KAFKA_BROKERS: brokers, PARTITIONS: '4', WRITE_KEYS: `${WRITE_KEY}=shop` });
const raw = await openProgram('bench/collector/raw.mjs', [brokers]);
try {
  const rounds = [];
  for (let round = 0; round <= setup.rounds; round++) rounds.push(await runRound());
  rounds.shift(); // the first warms both
  await keepResults('collector', report(rounds));
} finally {
  await Promise.all([collector.stop(), raw.stop()]);
  await broker.stop();
}

/** Each way, each side in its turn. */
async function runRound() {
  const round = {};
  for (const [name, way] of Object.entries(WAYS)) {
    const events = name === 'singly' ? setup.events * SINGLY_SHARE : setup.events;
    round[name] = { collector: await drive(collector, way, events), raw: await drive(raw, way, events) };
  }
  console.log(Object.entries(round).map(([name, sides]) => `${name}: ${sides.collector.perCpuSecond} to ${sides.raw.perCpuSecond} events/s of CPU`).join(', ')); // prettier-ignore
  return round;
}

function report(rounds) {
  const lines = [];
  const rows = [];
  const bars = [];
  const ratios = {};
  for (const [name, { calls, abreast }] of Object.entries(WAYS)) {
    for (const side of ['collector', 'raw']) {
      const all = rounds.map((round) => round[name][side]);
      const perCpuSecond = median(all.map((one) => one.perCpuSecond));
      const label = `${side === 'raw' ? 'Fastify + kafkajs' : 'collector'}, ${name}`;
      rows.push(`| ${label} | ${thousands(perCpuSecond)} | ${thousands(median(all.map((one) => one.events / one.wallSeconds)))} |`); // prettier-ignore
      bars.push([label, perCpuSecond]);
    }
    const ratio = (ratios[name] = median(rounds.map((round) => round[name].collector.perCpuSecond / round[name].raw.perCpuSecond))); // prettier-ignore
    const said = name === 'singly' ? 'Singly' : `In batches of ${calls}`;
    lines.push(
      goal(`- ${said}, ${abreast} requests at once: ${ratio.toFixed(2)} × doing the least; goal ${GOAL}`, ratio >= GOAL),
    );
  }
  const page = `# collector

Track calls by HTTP to a real Kafka of 4 partitions, answered when they are acknowledged (acks=all): the collector as it runs, with its checks, ids, sources and dead letters, beside a Fastify route that parses, stringifies and sends. CPU is of the service's process, all threads. The middle of ${setup.rounds} rounds, after one to warm both.

| | events/s of CPU | events/s |
| --- | --- | --- |
${rows.join('\n')}

${lines.join('\n')}

${where()}`;
  return { data: { setup, ratios, rounds }, page, bars: { title: 'Collecting', unit: 'events/s of CPU', bars } };
}
