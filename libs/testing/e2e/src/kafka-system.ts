import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { openEmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { TOPICS } from '@tripline/model';
import { openSendGridSpecServer, type ProviderServer } from '@tripline/testing-provider-specs';
import { Kafka, logLevel } from 'kafkajs';
import { freePort, ServiceProcess } from './service-process.js';
import type { Ingest, System } from './system.js';

const PARTITIONS = 4;
const APPS = ['control', 'collector', 'processor', 'scheduler', 'dispatcher'] as const;
type App = (typeof APPS)[number];

/** Every service as a process of its own, on a real broker and a real PostgreSQL; e-mail goes to a server that holds SendGrid's own API document. */
export async function openKafkaSystem(brokers: readonly string[]): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'tripline-e2e-'));
  const postgres = await openEmbeddedPostgres({ dir: join(directory, 'postgres') });
  const provider = await openSendGridSpecServer();
  const services = await makeServices(brokers, postgres.url, provider.url, join(directory, 'tasks'));
  await Promise.all(APPS.map((app) => services[app].start()));
  return {
    collectorUrl: services.collector.url,
    controlUrl: services.control.url,
    writeKey: 'e2e',
    window: { text: '5s', ms: 5_000 },
    settle: { text: '1s', ms: 1_000 },
    partitions: PARTITIONS,
    pass: (ms) => pause(ms),
    killProcessor: async () => {
      await services.processor.kill();
      await services.processor.start();
    },
    ingest: ingestOf(brokers, services.collector),
    mailsTo: (address) => Promise.resolve(mailsTo(provider, address)),
    stop: async () => {
      await Promise.all(APPS.map((app) => services[app].stop()));
      await provider.close();
      await postgres.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function makeServices(
  brokers: readonly string[],
  databaseUrl: string,
  providerUrl: string,
  stateDir: string,
): Promise<Record<App, ServiceProcess>> {
  const shared = {
    KAFKA_BROKERS: brokers.join(','),
    DATABASE_URL: databaseUrl,
    PARTITIONS: String(PARTITIONS),
    LOG_LEVEL: 'warn',
  };
  const make = async (app: App, env: Record<string, string>): Promise<ServiceProcess> =>
    new ServiceProcess(app, await freePort(), { ...shared, ...env });
  const processor = await make('processor', {
    STATE_DIR: stateDir,
    SNAPSHOTS: `${stateDir}-snapshots`,
    INSTANCE: 'processor-0',
    CHECKPOINT_EVERY: '1s',
  });
  const mail = {
    CHANNEL: 'email',
    PROVIDER: 'sendgrid',
    SENDGRID_API_KEY: 'SG.e2e',
    SENDGRID_BASE_URL: providerUrl,
    MAIL_FROM: 'shop@shop.example',
  };
  return {
    processor,
    control: await make('control', { PROCESSOR_URLS: processor.url }),
    collector: await make('collector', { WRITE_KEYS: 'e2e=shop' }),
    scheduler: await make('scheduler', {}),
    dispatcher: await make('dispatcher', mail),
  };
}

/** How often the provider was asked to write to this address; every request must be one that SendGrid's document allows. */
function mailsTo(provider: ProviderServer, address: string): number {
  const objections = provider.requests.flatMap(({ problems }) => problems);
  if (objections.length > 0) throw new Error(`SendGrid's API document objects: ${JSON.stringify(objections)}`);
  return provider.requests.filter(({ body }) => JSON.stringify(body).includes(JSON.stringify(address))).length;
}

/** A producer that is not ours: own client, own key, own partitioner. */
function ingestOf(brokers: readonly string[], collector: ServiceProcess): Ingest {
  const kafka = new Kafka({ clientId: 'a-shop', brokers: [...brokers], logLevel: logLevel.NOTHING });
  return {
    produce: async (value) => {
      const producer = kafka.producer({ createPartitioner: () => () => PARTITIONS - 1 });
      await producer.connect();
      await producer.send({ topic: TOPICS.ingest, messages: [{ key: 'a key of theirs', value }] });
      await producer.disconnect();
    },
    stopCollector: () => collector.stop(),
    startCollector: () => collector.start(),
  };
}
