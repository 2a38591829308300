import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import type { Broker } from '@tripline/testing-broker';
import { freePort, ServiceProcess } from '@tripline/testing-e2e';

const PARTITIONS = 8;
/** What runs, by name: the app, and how many of it. */
const SERVICES = { control: 1, collector: 2, processor: 2, scheduler: 2, dispatcher: 2 } as const;
/** Starts of one service in a row that fail: then it is no longer chaos. */
const STARTS_MAX = 5;
type App = keyof typeof SERVICES;

/** Every service as processes of its own over a real broker and a real PostgreSQL, all of which can be killed. */
export class System {
  readonly services = new Map<string, ServiceProcess>();
  #postgres: EmbeddedPostgres | undefined;
  #postgresPort = 0;
  #folder = '';

  constructor(
    readonly broker: Broker,
    private readonly providerUrl: string,
  ) {}

  async open(): Promise<void> {
    this.#folder = await mkdtemp(join(tmpdir(), 'tripline-chaos-'));
    this.#postgresPort = await freePort();
    await this.startPostgres();
    for (const app of Object.keys(SERVICES) as App[])
      for (let i = 0; i < SERVICES[app]; i++) this.services.set(`${app}-${i}`, await this.#make(app, `${app}-${i}`));
    await Promise.all([...this.services.keys()].map((name) => this.start(name)));
  }

  /** As whoever supervises processes does: one that ends before it is healthy is started again. */
  async start(name: string): Promise<void> {
    const service = this.services.get(name);
    for (let tries = 1; tries < STARTS_MAX; tries++) {
      const isUp = await service?.start().then(() => true, () => false); // prettier-ignore
      if (isUp === true) return;
      await service?.kill();
    }
    await service?.start();
  }

  urlsOf(app: App): readonly string[] {
    return [...this.services].filter(([name]) => name.startsWith(app)).map(([, { url }]) => url);
  }

  async startPostgres(): Promise<void> {
    this.#postgres = await openEmbeddedPostgres({ dir: join(this.#folder, 'postgres'), port: this.#postgresPort });
  }

  /** The whole server at once: its parts end when the first of them has. */
  async killPostgres(): Promise<void> {
    const lock = await readFile(join(this.#folder, 'postgres', 'data', 'postmaster.pid'), 'utf8');
    process.kill(Number(lock.split('\n')[0]), 'SIGKILL');
    await this.#postgres?.ended;
  }

  async close(): Promise<void> {
    await Promise.all([...this.services.values()].map((service) => service.stop()));
    await this.#postgres?.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #make(app: App, name: string): Promise<ServiceProcess> {
    const shared = {
      KAFKA_BROKERS: this.broker.brokers.join(','),
      DATABASE_URL: this.#postgres?.url ?? '',
      PARTITIONS: String(PARTITIONS),
      LOG_LEVEL: 'warn',
      INSTANCE: name,
    };
    return new ServiceProcess(app, await freePort(), { ...shared, ...this.#own(app, name) });
  }

  #own(app: App, name: string): Readonly<Record<string, string>> {
    if (app === 'control') return { PROCESSOR_URLS: 'http://127.0.0.1:1' };
    if (app === 'collector') return { WRITE_KEYS: 'chaos=shop' };
    if (app === 'scheduler') return { CONSENT: 'assumed' };
    if (app === 'dispatcher')
      return {
        ...{ CHANNEL: 'email', PROVIDER: 'sendgrid', SENDGRID_API_KEY: 'SG.chaos', SENDGRID_BASE_URL: this.providerUrl },
        MAIL_FROM: 'shop@shop.example',
      };
    const folder = (what: string): string => join(this.#folder, what);
    return { STATE_DIR: folder(`tasks-${name}`), SNAPSHOTS: folder('snapshots'), CHECKPOINT_EVERY: '1s' };
  }
}
