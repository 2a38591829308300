import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, jest } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { openPostgres, type Postgres } from '@tripline/adapters-postgres';
import { YamlReader } from '@tripline/adapters-yaml';
import { OperatingError, type Instant, type JsonObject } from '@tripline/kernel';
import { ALL_TOPICS } from '@tripline/model';
import { HealthModule, makeHttpApp, openApp, PortsModule } from '@tripline/nest-kit';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Explanation, WhyQuestion } from '@tripline/ports';
import { ControlModule, type ControlOptions } from './index.js';

export const PARTITIONS = 3;
export const TRIGGER = `kind: trigger
name: second-look
purpose: marketing
when:
  - { event: product.viewed, as: product }
  - { not: cart.item_added, for: 10m }
do:
  - { id: mail, email: second-look, with: { name: product.name } }
exit: [{ event: order.completed }]
goal: { event: order.completed, within: 7d }
limit: { runs: 1, per: 7d }
`;
export const TEMPLATE = `kind: template
name: second-look
channel: email
needs: { name: string }
subject: 'Still thinking about {{ name }}?'
text: 'Hello {{ user.name }}, {{ name }} is still here.'
`;

export type Answer = { readonly status: number; readonly body: any }; // eslint-disable-line @typescript-eslint/no-explicit-any
export type Opened = { readonly app: NestFastifyApplication; readonly url: string };

/** The control plane with real stores, open for the tests of one file; `ask` and `post` go to it, unless told another address. */
export class ControlRig {
  url!: string;
  log!: EmbeddedLog;
  postgres!: Postgres;
  #directory!: string;
  #server!: EmbeddedPostgres;
  #app!: NestFastifyApplication;
  readonly #watch = new RecordingWatch();

  constructor() {
    jest.setTimeout(60_000);
    beforeAll(() => this.#start());
    afterAll(() => this.#stop());
  }

  /** A further one over the same stores. */
  async open(options: Partial<ControlOptions> = {}): Promise<Opened> {
    const { catalogue, events, messages, mailbox, consents, switches } = this.postgres;
    const ports = { catalogue, events, messages, mailbox, consents, switches, states: { person, why }, reader: new YamlReader() };
    @Module({
      imports: [
        PortsModule.register({ log: this.log, clock: this.log.clock, watch: this.#watch }),
        HealthModule,
        ControlModule.register({ ...ports, ...options }),
      ],
    })
    class Root {}
    const app = await makeHttpApp(Root);
    return { app, url: await openApp(app, { port: 0, host: '127.0.0.1' }) };
  }

  ask = async (path: string, init: RequestInit = {}, base = this.url): Promise<Answer> => {
    const response = await fetch(base + path, init);
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : text };
  };

  post = (path: string, body?: string | object, type = 'application/json'): Promise<Answer> => {
    if (body === undefined) return this.ask(path, { method: 'POST' });
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.ask(path, { method: 'POST', body: text, headers: { 'content-type': type } });
  };

  publish = (text: string, type = 'application/yaml'): Promise<Answer> => this.post('/api/triggers', text, type);

  async #start(): Promise<void> {
    this.#directory = await mkdtemp(join(tmpdir(), 'tripline-nest-control-'));
    this.#server = await openEmbeddedPostgres({ dir: join(this.#directory, 'pg') });
    this.postgres = await openPostgres({ url: this.#server.url, watch: this.#watch });
    this.log = new EmbeddedLog({ directory: join(this.#directory, 'log'), watch: this.#watch });
    await this.log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: PARTITIONS })));
    const opened = await this.open({ skipAhead: (length) => this.log.clock.advance(length) });
    this.#app = opened.app;
    this.url = opened.url;
  }

  async #stop(): Promise<void> {
    await this.#app.close();
    await this.log.close();
    await this.postgres.close();
    await this.#server.stop();
    await rm(this.#directory, { recursive: true, force: true });
  }
}

/** Ada is known; nobody holds what is elsewhere. */
function person(id: string): Promise<JsonObject | undefined> {
  if (id === 'u:elsewhere') return Promise.reject(new OperatingError('no-owner', 'later', 'nobody holds it'));
  return Promise.resolve(id === 'u:ada' ? { person: id, traits: { name: 'Ada' } } : undefined);
}

/** As much was told of everybody. */
async function why({ person: key, trigger, since = 0 as Instant }: WhyQuestion): Promise<Explanation> {
  await person(key);
  const entry = {
    person: key,
    at: '2026-01-01T00:00:00.000Z',
    by: { event: 'e', id: 'm1' },
    what: 'exit',
    says: `since ${since}`,
    offset: 3,
  };
  return { person: key, trigger, task: 1, from: 0, upTo: 4, events: 1, versions: [1], gaps: [], told: [entry] };
}

/** What `look` finds, looked for until it is there; 10 s at most. */
export async function eventually<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const ends = Date.now() + 10_000; ;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > ends) throw new Error('it did not happen');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
