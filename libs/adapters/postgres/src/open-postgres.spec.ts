import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { minutes, plus, seconds } from '@tripline/kernel';
import { makeAction, makeDispatch, START } from '@tripline/testing-builders';
import {
  describeAttemptLedger,
  describeCatalogue,
  describeEventMemory,
  describeGatehouse,
  type GatePlace,
} from '@tripline/testing-conformance';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { openPostgres } from './open-postgres.js';

jest.setTimeout(30_000);
let dir: string;
let server: EmbeddedPostgres;
let databases = 0;

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tripline-postgres-'));
  server = await openEmbeddedPostgres({ dir });
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

async function run(...statements: string[]): Promise<void> {
  const client = new pg.Client(server.url);
  await client.connect();
  for (const statement of statements) await client.query(statement);
  await client.end();
}

async function open(): Promise<GatePlace & { url: string }> {
  const name = `t${++databases}`;
  await run(`create database ${name}`);
  const url = server.url.replace(/\/postgres$/, `/${name}`);
  return { url, ports: () => openPostgres({ url }), close: () => run(`drop database ${name} with (force)`) };
}

describeGatehouse('PostgreSQL', open);
describeAttemptLedger('PostgreSQL', open);
describeCatalogue('PostgreSQL', open);
describeEventMemory('PostgreSQL', open);

describe('a stop', () => {
  test('is in force before what is held under it could be looked through', async () => {
    const place = await open();
    const ports = await openPostgres({ url: place.url });
    const action = makeAction();
    await ports.gatehouse.admit([action], START);
    await ports.gatehouse.claim(START, seconds(30), 10);
    const decision = { kind: 'hold', reason: 'trigger-paused', until: plus(START, minutes(1)) } as const;
    await ports.gatehouse.decide([{ action, decision }], START);
    const other = new pg.Client(place.url);
    await other.connect();
    await other.query('begin');
    await other.query('select id from actions for update');
    const setting = ports.switches.set('*', 'stopped', START, 'ops');
    const begin = (attempt: number) => ports.attempts.begin(makeDispatch({ attempt }), 'mailbox', START, minutes(1));
    let attempt = 1;
    for (const until = Date.now() + 5_000; (await begin(attempt)).kind !== 'recalled'; attempt++)
      expect(Date.now()).toBeLessThan(until);
    await other.query('rollback');
    await other.end();
    await setting;
    expect(await ports.gatehouse.claim(START, seconds(30), 10)).toHaveLength(1);
    await ports.close();
    await place.close();
  });
});

describe('resuming', () => {
  test('finds also what a gate is just deciding to hold', async () => {
    const place = await open();
    const ports = await openPostgres({ url: place.url });
    await ports.switches.set('*', 'paused', START, 'ops');
    await ports.gatehouse.admit([makeAction()], START);
    await ports.gatehouse.claim(START, seconds(30), 10);
    const gate = new pg.Client(place.url);
    await gate.connect();
    await gate.query('begin');
    await gate.query(`update actions set status = 'held', leased = 0, due = ${plus(START, minutes(10))}`);
    const setting = ports.switches.set('*', 'running', plus(START, seconds(1)), 'ops');
    const waiting = `select 1 from pg_locks where not granted`;
    while ((await gate.query(waiting)).rows.length === 0);
    await gate.query('commit');
    await gate.end();
    await setting;
    expect(await ports.gatehouse.claim(plus(START, seconds(1)), seconds(30), 10)).toHaveLength(1);
    await ports.close();
    await place.close();
  });
});

describe('opening', () => {
  test('several processes that open an empty database at once all find its tables', async () => {
    const place = await open();
    const opened = await Promise.all(Array.from({ length: 5 }, () => place.ports()));
    for (const ports of opened) expect(await ports.messages.messages({ max: 1 })).toEqual([]);
    await Promise.all(opened.map((ports) => ports.close()));
    await place.close();
  });

  test('a server that is not there is trouble that may pass, without the password in its words', async () => {
    const opening = openPostgres({ url: 'postgres://tripline:hunter2@127.0.0.1:1/postgres' });
    await expect(opening).rejects.toMatchObject({ name: 'OperatingError', retry: 'later' });
    await expect(opening).rejects.not.toThrow(/hunter2/);
  });

  test('connections cut off are trouble that may pass, and then all goes on', async () => {
    const place = await open();
    const ports = await openPostgres({ url: place.url });
    const cut = `select pg_terminate_backend(pid) from pg_stat_activity where datname = 't${databases}'`;
    await ports.check();
    await run(cut);
    const failures: unknown[] = [];
    for (let i = 0; i < 12; i++) await ports.check().catch((error: unknown) => failures.push(error));
    for (const failure of failures) expect(failure).toMatchObject({ name: 'OperatingError', retry: 'later' });
    await ports.check();
    await ports.close();
    await place.close();
  });
});
