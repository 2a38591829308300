// What each service costs while nobody does anything: seconds of CPU of its process, over a while.
// npm run bench -- idle [--seconds 30]
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { openEmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { openBroker } from '@tripline/testing-broker';
import { WRITE_KEY } from './shared/calls.mjs';
import { goal, keepResults, where } from './shared/results.mjs';
import { openService } from './shared/service.mjs';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '30' } } });
const SECONDS = Number(values.seconds);
const SETTLING_MS = 10_000;
const PARTITIONS = 4;
const GOAL_PERCENT = 2;

const broker = await openBroker();
if ('unavailable' in broker) {
  console.error(broker.unavailable);
  process.exit(1);
}
const work = await mkdtemp(join(tmpdir(), 'tripline-idle-'));
const postgres = await openEmbeddedPostgres({ dir: join(work, 'postgres') });
const services = new Map();
try {
  for (const [app, env] of Object.entries(settings())) services.set(app, await openService(app, env));
  await pause(SETTLING_MS);
  const before = [...services].map(([app, { cpuSeconds }]) => [app, cpuSeconds()]);
  await pause(SECONDS * 1_000);
  const percents = before.map(([app, cpu]) => [app, Math.round(((services.get(app).cpuSeconds() - cpu) / SECONDS) * 1_000) / 10]);
  await keepResults('idle', report(percents));
} finally {
  await Promise.all([...services.values()].map((service) => service.stop()));
  await postgres.stop();
  await broker.stop();
  await rm(work, { recursive: true, force: true });
}

function settings() {
  const kafka = { KAFKA_BROKERS: broker.brokers.join(), PARTITIONS: String(PARTITIONS) };
  const shared = { ...kafka, DATABASE_URL: postgres.url };
  return {
    control: { ...shared, PROCESSOR_URLS: 'http://127.0.0.1:9' },
    collector: { ...kafka, WRITE_KEYS: `${WRITE_KEY}=shop` },
    processor: { ...kafka, STATE_DIR: join(work, 'state'), SNAPSHOTS: join(work, 'snapshots') },
    scheduler: shared,
    dispatcher: {
      ...shared,
      CHANNEL: 'email',
      PROVIDER: 'sendgrid',
      SENDGRID_API_KEY: 'SG.idle',
      MAIL_FROM: 'shop@shop.example',
    },
  };
}

function report(percents) {
  const page = `# idle

Each service a process of its own on a real broker with ${PARTITIONS} partitions; nobody sends anything for ${SECONDS} seconds.

| | % of a core | |
| --- | --- | --- |
${percents.map(([app, percent]) => `| ${app} | ${percent} | ${goal(`goal ${GOAL_PERCENT}`, percent < GOAL_PERCENT)} |`).join('\n')}

${where()} Load of the machine at the end: ${loadavg()[0].toFixed(1)}.`;
  return { data: { seconds: SECONDS, percents }, page, bars: { title: 'Idle', unit: '% of a core', bars: percents } };
}
