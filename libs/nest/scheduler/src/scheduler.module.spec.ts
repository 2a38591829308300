import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { openPostgres, type Postgres } from '@tripline/adapters-postgres';
import { days, decodeUtf8, encodeUtf8, plus } from '@tripline/kernel';
import { ALL_TOPICS, TOPICS } from '@tripline/model';
import { HealthModule, makeHttpApp, openApp, PortsModule } from '@tripline/nest-kit';
import { makeAction, makeProfile, RecordingWatch } from '@tripline/testing-builders';
import { SchedulerModule } from './index.js';

jest.setTimeout(30_000);
let directory: string;
let server: EmbeddedPostgres;
let postgres: Postgres;
let log: EmbeddedLog;
let app: NestFastifyApplication;
let url: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'tripline-nest-scheduler-'));
  const watch = new RecordingWatch();
  server = await openEmbeddedPostgres({ dir: join(directory, 'pg') });
  postgres = await openPostgres({ url: server.url, watch });
  log = new EmbeddedLog({ directory: join(directory, 'log'), watch });
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: 2 })));
  const { gatehouse, profiles } = postgres;
  @Module({
    imports: [
      PortsModule.register({ log, clock: log.clock, watch }),
      HealthModule,
      SchedulerModule.register({ gatehouse, profiles, consent: 'assumed' }),
    ],
  })
  class Root {}
  app = await makeHttpApp(Root);
  url = (await openApp(app, { port: 0, host: '127.0.0.1' })).replace('[::1]', '127.0.0.1');
});
afterAll(async () => {
  await log.close();
  await postgres.close();
  await server.stop();
  await rm(directory, { recursive: true, force: true });
});

const put = (topic: string, person: string, value: unknown): Promise<unknown> =>
  log.append([{ topic, key: person, value: encodeUtf8(JSON.stringify(value)) }]);

async function dispatched(count: number): Promise<unknown[]> {
  for (const ends = Date.now() + 10_000; ;) {
    const found: unknown[] = [];
    for (const { partition, first, end } of await log.bounds(TOPICS.dispatch.email))
      for (const record of await log.fetch(TOPICS.dispatch.email, partition, first, end - first))
        found.push(JSON.parse(decodeUtf8(record.value)));
    if (found.length >= count) return found;
    if (Date.now() > ends) throw new Error(`only ${found.length} of ${count} came`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

test('actions that come by the log go out by the log, under the consent chosen; the process is healthy', async () => {
  const now = log.clock.now();
  await put(TOPICS.profiles, 'u:ada', makeProfile());
  await put(TOPICS.actions, 'u:ada', makeAction({ decided: now, ready: now, expires: plus(now, days(1)), profileRevision: 1 }));
  expect(await dispatched(1)).toMatchObject([{ action: 'act_1', to: 'ada@shop.example' }]);
  const health = (await (await fetch(`${url}/health`)).json()) as { checks: { scheduler: unknown } };
  expect(health.checks.scheduler).toEqual({ ok: true });
});

test('the gate ends with its application, and nothing goes out any more', async () => {
  await app.close();
  const now = log.clock.now();
  await postgres.gatehouse.admit([makeAction({ id: 'act_2', decided: now, ready: now, expires: plus(now, days(1)) })], now);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(await dispatched(1)).toHaveLength(1);
});
