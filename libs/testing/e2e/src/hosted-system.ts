import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { openEmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { LmdbStateStore } from '@tripline/adapters-lmdb';
import { openPostgres, type Postgres } from '@tripline/adapters-postgres';
import { YamlReader } from '@tripline/adapters-yaml';
import { makeDuration } from '@tripline/kernel';
import { ALL_TOPICS, TOPICS } from '@tripline/model';
import { CollectorModule } from '@tripline/nest-collector';
import { ControlModule } from '@tripline/nest-control';
import { DispatcherModule, makeMailboxProvider } from '@tripline/nest-dispatcher';
import { HealthModule, makeHttpApp, openApp, PortsModule } from '@tripline/nest-kit';
import { makeProcessor, ProcessorModule } from '@tripline/nest-processor';
import { SchedulerModule } from '@tripline/nest-scheduler';
import { RecordingWatch } from '@tripline/testing-builders';
import { freePort } from './service-process.js';
import type { Ingest, System } from './system.js';

const PARTITIONS = 4;
const HOUR_MS = 3_600_000;
const HOST = '127.0.0.1';

/** All services in this process on an embedded log, the collector an application of its own: it can be stopped while the others run. */
export async function openHostedSystem(): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'tripline-e2e-'));
  const log = new EmbeddedLog({ directory: join(directory, 'log'), watch: new RecordingWatch() });
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: PARTITIONS })));
  const server = await openEmbeddedPostgres({ dir: join(directory, 'postgres') });
  const postgres = await openPostgres({ url: server.url });
  const services = await makeHttpApp(servicesOn(log, postgres, join(directory, 'tasks')));
  const controlUrl = await openApp(services, { port: 0, host: HOST });
  const collector = new HostedCollector(log, await freePort());
  await collector.start();
  return {
    collectorUrl: collector.url,
    controlUrl,
    writeKey: 'e2e',
    window: { text: '1h', ms: HOUR_MS },
    settle: { text: '10s', ms: 10_000 },
    partitions: PARTITIONS,
    pass: async (ms) => void (await log.clock.advance(makeDuration(ms))),
    killProcessor: () => Promise.reject(new Error('it lives in this process')),
    ingest: ingestOf(log, collector),
    mailsTo: async (address) => (await postgres.mailbox.kept({ max: 500 })).filter(({ to }) => to === address).length,
    stop: async () => {
      await collector.stop();
      await services.close();
      await log.close();
      await postgres.close();
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const portsOn = (log: EmbeddedLog) => PortsModule.register({ log, clock: log.clock, watch: new RecordingWatch() });

function servicesOn(log: EmbeddedLog, postgres: Postgres, tasks: string) {
  const { clock } = log;
  const options = { log, clock, watch: new RecordingWatch(), partitions: PARTITIONS };
  const processor = makeProcessor({ ...options, store: new LmdbStateStore(tasks) });
  class Services {}
  return {
    module: Services,
    imports: [
      portsOn(log),
      HealthModule,
      ProcessorModule.register({ processor }),
      SchedulerModule.register(postgres),
      DispatcherModule.register({ ...postgres, providers: [makeMailboxProvider('email', postgres.mailbox)] }),
      ControlModule.register({ ...postgres, states: processor, reader: new YamlReader() }),
    ],
  };
}

class HostedCollector {
  #app: Awaited<ReturnType<typeof makeHttpApp>> | undefined;

  constructor(
    private readonly log: EmbeddedLog,
    private readonly port: number,
  ) {}

  get url(): string {
    return `http://${HOST}:${this.port}`;
  }

  async start(): Promise<void> {
    class Collector {}
    const imports = [portsOn(this.log), HealthModule, CollectorModule.register({ writeKeys: { e2e: 'shop' } })];
    this.#app = await makeHttpApp({ module: Collector, imports });
    await openApp(this.#app, { port: this.port, host: HOST });
  }

  async stop(): Promise<void> {
    await this.#app?.close();
  }
}

/** The embedded log has no clients of its own: a foreign producer is one that chooses key and partition as it likes. */
const ingestOf = (log: EmbeddedLog, collector: HostedCollector): Ingest => ({
  produce: async (value) => {
    const bytes = typeof value === 'string' ? Buffer.from(value) : value;
    await log.append([{ topic: TOPICS.ingest, key: 'a key of theirs', value: bytes, partition: PARTITIONS - 1 }]);
  },
  stopCollector: () => collector.stop(),
  startCollector: () => collector.start(),
});
