// How long from an event to its action, and how late absences are decided: collector and processor as processes of their own on a real broker.
// npm run bench -- latency [--probes 200] [--partitions 1] [--rate N]   (rate: events a second; else half of what the processor takes)
import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { openBroker } from '@tripline/testing-broker';
import { findCapacity } from './latency/capacity.mjs';
import { absences, arrivals, lag } from './latency/phases.mjs';
import { report } from './latency/report.mjs';
import { publish } from './latency/triggers.mjs';
import { watchActions } from './latency/watch-actions.mjs';
import { makeWatch } from './processor/quiet.mjs';
import { WRITE_KEY } from './shared/calls.mjs';
import { keepResults } from './shared/results.mjs';
import { openService } from './shared/service.mjs';

const { values } = parseArgs({
  options: { probes: { type: 'string', default: '200' }, partitions: { type: 'string', default: '1' }, rate: { type: 'string' } },
});
const setup = { probes: Number(values.probes), partitions: Number(values.partitions) };
const SETTLING_MS = 5_000;

const broker = await openBroker(1_024);
if ('unavailable' in broker) {
  console.error(broker.unavailable);
  process.exit(1);
}
const brokers = broker.brokers;
const work = await mkdtemp(join(tmpdir(), 'tripline-latency-'));
const closing = [() => rm(work, { recursive: true, force: true }), () => broker.stop()];
try {
  const shared = { KAFKA_BROKERS: brokers.join(), PARTITIONS: String(setup.partitions) };
  const processor = await openService('processor', {
    ...shared,
    STATE_DIR: join(work, 'state'),
    SNAPSHOTS: join(work, 'snapshots'),
  });
  closing.unshift(() => processor.stop());
  const collector = await openService('collector', { ...shared, WRITE_KEYS: `${WRITE_KEY}=shop` });
  closing.unshift(() => collector.stop());
  const log = await openKafkaLog({ brokers, clientId: 'bench', watch: makeWatch() });
  closing.unshift(() => log.close());
  await publish(log, setup.partitions);
  const actions = await watchActions(brokers);
  closing.unshift(() => actions.close());
  const parts = { collector, processor, actions, log };

  await arrivals(parts, 50); // a warm start
  const idle = { arrivals: await arrivals(parts, setup.probes), absences: await absences(parts, setup.probes) };
  console.log('idle: done');
  const lagged = await lag(parts, setup.probes);
  console.log('collector standing still: done');
  const capacity = values.rate === undefined ? await findCapacity(parts) : 2 * Number(values.rate);
  console.log(`the processor took ${Math.round(capacity)} events/s`);
  const load = spawn(process.execPath, [join(import.meta.dirname, 'latency/load.mjs'), brokers.join(), String(capacity / 2)], { stdio: ['ignore', 'inherit', 'inherit'] }); // prettier-ignore
  closing.unshift(() => load.kill());
  await pause(SETTLING_MS);
  const before = { records: await processor.counter('tripline_processor_records_total'), at: Date.now() };
  const loaded = { arrivals: await arrivals(parts, setup.probes), absences: await absences(parts, setup.probes) };
  const rate =
    ((await processor.counter('tripline_processor_records_total')) - before.records) / ((Date.now() - before.at) / 1_000);
  load.kill();
  await keepResults('latency', report({ setup, idle, loaded, lagged, capacity, rate }));
} finally {
  for (const close of closing) await close();
}
process.exit(0);
