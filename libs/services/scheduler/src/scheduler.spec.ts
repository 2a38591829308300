import { afterAll, afterEach, beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { openEmbeddedPostgres, type EmbeddedPostgres } from '@tripline/adapters-embedded-postgres';
import { openPostgres, type Postgres } from '@tripline/adapters-postgres';
import { days, decodeUtf8, encodeUtf8, hours, minutes, OperatingError, plus, seconds, type Instant } from '@tripline/kernel';
import { ALL_TOPICS, GROUPS, TOPICS, type Action, type Dispatch, type Receipt } from '@tripline/model';
import { Stop, type Batch, type Gatehouse, type Reading } from '@tripline/ports';
import { makeAction, makeProfile, makeReceipt, makeRecall, RecordingWatch } from '@tripline/testing-builders';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { RETELL_AGE } from './gate.js';
import { Scheduler } from './scheduler.js';

jest.setTimeout(30_000);
let dir: string;
let server: EmbeddedPostgres;
let databases = 0;
let log: EmbeddedLog;
let postgres: Postgres;
let watch: RecordingWatch;
let reading: Reading;
let stop: Stop;
let gates: Promise<void>[];

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'tripline-scheduler-'));
  server = await openEmbeddedPostgres({ dir: join(dir, 'pg') });
});
afterAll(async () => {
  await server.stop();
  await rm(dir, { recursive: true, force: true });
});

const makeScheduler = (gatehouse: Gatehouse = postgres.gatehouse): Scheduler =>
  new Scheduler({ gatehouse, profiles: postgres.profiles, log, clock: log.clock, watch });

/** Begins a scheduler as a process would: its readers and its gate. */
async function begin(scheduler = makeScheduler()): Promise<void> {
  const handlers: Record<string, (batch: Batch) => Promise<void>> = {
    [TOPICS.actions]: (batch) => scheduler.onActions(batch),
    [TOPICS.profiles]: (batch) => scheduler.onProfiles(batch),
    [TOPICS.receipts]: (batch) => scheduler.onReceipts(batch),
  };
  reading = await log.read({
    group: GROUPS.scheduler,
    topics: Object.keys(handlers),
    handle: (batch) => handlers[batch.topic]!(batch),
  });
  gates.push(scheduler.runGate(stop));
}

beforeEach(async () => {
  const name = `s${++databases}`;
  watch = new RecordingWatch();
  log = new EmbeddedLog({ directory: join(dir, name), watch });
  await log.ensureTopics(ALL_TOPICS.map((topic) => ({ name: topic, partitions: 2 })));
  postgres = await openPostgres({ url: await makeDatabase(name), watch });
  stop = new Stop();
  gates = [];
});
afterEach(async () => {
  stop.stop();
  await Promise.all(gates);
  await reading.close();
  await log.close();
  await postgres.close();
});

async function makeDatabase(name: string): Promise<string> {
  const client = new pg.Client(server.url);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return server.url.replace(/\/postgres$/, `/${name}`);
}

const put = (topic: string, person: string, value: unknown): Promise<unknown> =>
  log.append([{ topic, key: person, value: typeof value === 'string' ? encodeUtf8(value) : encodeUtf8(JSON.stringify(value)) }]);
const now = (): Instant => log.clock.now();
const actionNow = (fields: Partial<Action> = {}): Action =>
  makeAction({ decided: now(), ready: now(), expires: plus(now(), days(3)), ...fields });
const ask = async (fields: Partial<Action> = {}): Promise<Action> => {
  const action = actionNow(fields);
  await put(TOPICS.actions, action.person, action);
  return action;
};
async function all<T>(topic: string): Promise<T[]> {
  const found: T[] = [];
  for (const { partition, first, end } of await log.bounds(topic))
    for (const record of await log.fetch(topic, partition, first, end - first))
      found.push(JSON.parse(decodeUtf8(record.value)) as T);
  return found;
}
const dispatches = (): Promise<Dispatch[]> => all<Dispatch>(TOPICS.dispatch.email);
const receipts = (): Promise<Receipt[]> => all<Receipt>(TOPICS.receipts);
async function until<T>(look: () => Promise<T | undefined | false>, maxMs = 10_000): Promise<T> {
  for (const end = Date.now() + maxMs; Date.now() < end;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('what was waited for did not come');
}
const one = <T>(read: () => Promise<T[]>): Promise<T> => until(async () => (await read())[0]);
const status = (id = 'act_1', status?: string) =>
  until(async () =>
    (await postgres.messages.messages({ max: 100 })).find((m) => m.id === id && (status ?? m.status) === m.status),
  );
/** All the readers have handled all there is, and the gate has had a whole poll to look. */
async function quiet(): Promise<void> {
  for (const topic of [TOPICS.actions, TOPICS.profiles, TOPICS.receipts])
    await until(async () => {
      const committed = await log.committed(GROUPS.scheduler, topic);
      return (await log.bounds(topic)).every(({ partition, end }) => end === 0 || committed.get(partition) === end);
    });
  const mark = await ask({ id: `act_mark${now()}${Math.random()}`, person: 'u:mark', purpose: 'transactional', trigger: 'mark' });
  await until(async () => (await receipts()).some((receipt) => receipt.action === mark.id));
}
const permitted = (): Promise<void> =>
  postgres.consents.record([{ person: 'u:ada', channel: 'email', topic: 'marketing', granted: true, source: 'form', at: now() }]);
const known = (): Promise<unknown> => put(TOPICS.profiles, 'u:ada', makeProfile());

test('an action goes out once, to the address of the profile, however often it comes', async () => {
  await permitted();
  await begin();
  await known();
  const action = await ask({ profileRevision: 1, topic: 'cart', data: { total: 3 } });
  const { id, run, person, trigger, step, channel, template, purpose, data, expires, depth } = action;
  expect(await one(dispatches)).toEqual({
    ...{ action: id, run, person, trigger, step, channel, template, purpose, topic: 'cart', data, expires, depth },
    ...{ to: 'ada@shop.example', attempt: 1 },
  });
  await put(TOPICS.actions, action.person, action);
  await quiet();
  expect(await dispatches()).toHaveLength(1);
  expect(watch.counts.get('tripline_scheduler_decisions_total')).toBeGreaterThanOrEqual(1);
});

test('what may not go is told with its reason, as an outcome of its run', async () => {
  await begin();
  await known();
  await ask({ profileRevision: 1 });
  expect(await one(receipts)).toMatchObject({
    action: 'act_1',
    run: 'run_1',
    person: 'u:ada',
    status: 'dropped',
    reason: 'no-consent',
  });
  expect(await status('act_1', 'dropped')).toMatchObject({ reason: 'no-consent' });
  expect(await dispatches()).toEqual([]);
});

test('held by a pause, recalled, never sent after it is resumed', async () => {
  await permitted();
  await postgres.switches.set('abandoned-cart', 'paused', now(), 'ops');
  await begin();
  await known();
  await ask({ profileRevision: 1 });
  expect(await status('act_1', 'held')).toMatchObject({ reason: expect.stringMatching(/waiting|trigger-paused/) });
  await put(TOPICS.actions, 'u:ada', makeRecall());
  expect(await one(receipts)).toMatchObject({ status: 'recalled', reason: 'recalled' });
  await postgres.switches.set('abandoned-cart', 'running', now(), 'ops');
  await quiet();
  expect(await dispatches()).toEqual([]);
});

test('held by a pause, it goes when resumed, though it would be stale by now; what comes only then is stale', async () => {
  await permitted();
  await postgres.switches.set('*', 'paused', now(), 'ops');
  await begin();
  await known();
  const first = await ask({ profileRevision: 1 });
  await until(async () => (await status()).reason === 'trigger-paused');
  await log.clock.advance(hours(2));
  await put(TOPICS.actions, 'u:ada', { ...first, id: 'act_2' });
  await until(async () => (await status('act_2')).reason === 'trigger-paused');
  await postgres.switches.set('*', 'running', now(), 'ops');
  await until(async () => (await dispatches()).length === 2);
  await put(TOPICS.actions, 'u:ada', { ...first, id: 'act_3' });
  expect(await one(receipts)).toMatchObject({ action: 'act_3', status: 'expired', reason: 'stale' });
});

test('a stop drops what is held as well, within a second', async () => {
  await permitted();
  await postgres.switches.set('abandoned-cart', 'paused', now(), 'ops');
  await begin();
  await ask();
  await until(async () => (await status()).reason === 'trigger-paused');
  const from = Date.now();
  await postgres.switches.set('*', 'stopped', now(), 'ops');
  expect(await one(receipts)).toMatchObject({ status: 'dropped', reason: 'stopped' });
  expect(Date.now() - from).toBeLessThan(1_000);
  await ask({ id: 'act_2' });
  await until(async () => (await receipts()).length === 2);
  expect(await dispatches()).toEqual([]);
});

test('waits for the profile it was decided on', async () => {
  await permitted();
  await begin();
  await known();
  await ask({ profileRevision: 2 });
  await until(async () => (await status()).reason === 'profile-behind');
  expect(await dispatches()).toEqual([]);
  await put(TOPICS.profiles, 'u:ada', makeProfile({ email: 'new@shop.example' }, { revision: 2 }));
  expect(await one(dispatches)).toMatchObject({ to: 'new@shop.example' });
});

test('what is held goes by the time of its clock, also when that jumps ahead', async () => {
  await permitted();
  await postgres.switches.set('*', 'paused', now(), 'ops');
  await begin();
  await ask({ expires: plus(now(), days(1)) });
  await until(async () => (await status()).reason === 'trigger-paused');
  await log.clock.advance(days(1));
  expect(await one(receipts)).toMatchObject({ status: 'expired', reason: 'expired' });
});

test('a deferred message is handed over again at its time, as the next attempt', async () => {
  await permitted();
  await begin();
  await known();
  const action = await ask({ profileRevision: 1 });
  await one(dispatches);
  const deferred = makeReceipt({ status: 'deferred', attempt: 1, at: now(), retryAt: plus(now(), minutes(10)), provider: 'x' });
  await put(TOPICS.receipts, 'u:ada', deferred);
  await until(async () => (await status()).reason === 'deferred');
  expect(await dispatches()).toHaveLength(1);
  await log.clock.advance(minutes(10));
  await until(async () => (await dispatches()).length === 2);
  expect((await dispatches()).map(({ attempt, action: id }) => [id, attempt])).toEqual([
    [action.id, 1],
    [action.id, 2],
  ]);
  await put(TOPICS.receipts, 'u:ada', makeReceipt({ at: now(), attempt: 2 }));
  await put(TOPICS.receipts, 'u:ada', makeReceipt({ status: 'clicked', at: now() }));
  await until(async () => (await status()).later.includes('clicked'));
  expect((await status()).status).toBe('sent');
});

test('a gate that died between deciding and telling leaves it to be told the same by the next', async () => {
  await permitted();
  let deaths = 0;
  const dying = new Proxy(postgres.gatehouse, {
    get: (target, name: keyof Gatehouse) =>
      name === 'decide'
        ? async (...given: Parameters<Gatehouse['decide']>) => {
            await target.decide(...given);
            deaths += 1;
            throw new OperatingError('killed', 'later', 'killed');
          }
        : (target[name] as () => unknown).bind(target),
  });
  const first = makeScheduler(dying);
  const firstStop = new Stop();
  await begin(first);
  stop.stop();
  const dead = first.runGate(firstStop);
  await known();
  await ask({ profileRevision: 1 });
  await until(() => Promise.resolve(deaths > 0));
  firstStop.stop();
  await dead;
  expect(await dispatches()).toEqual([]);
  await postgres.consents.record([
    { person: 'u:ada', channel: 'email', topic: 'marketing', granted: false, source: 'form', at: now() },
  ]);
  stop = new Stop();
  gates.push(makeScheduler().runGate(stop));
  await log.clock.advance(RETELL_AGE);
  expect(await one(dispatches)).toMatchObject({ action: 'act_1', to: 'ada@shop.example', attempt: 1 });
  await log.clock.advance(seconds(90));
  await quiet();
  expect(await dispatches()).toHaveLength(1);
});

test('a dispatcher that never answers is given up an hour after expiry, once', async () => {
  await permitted();
  await begin();
  await known();
  await ask({ profileRevision: 1 });
  await one(dispatches);
  await log.clock.advance(days(3));
  await log.clock.advance(minutes(59));
  await quiet();
  expect((await receipts()).filter(({ action }) => action === 'act_1')).toEqual([]);
  await log.clock.advance(minutes(2));
  const told = await until(async () => (await receipts()).find(({ action }) => action === 'act_1'));
  expect(told).toMatchObject({ status: 'unknown', reason: 'silent' });
});

test('what cannot be read is set aside with its bytes, and everything else goes on', async () => {
  await permitted();
  await begin();
  const bad = ['{"kind":"action"', '{"kind":"action","id":7}', '"x"', JSON.stringify(actionNow({ person: 'u:a\u0000b' }))];
  for (const text of bad) await put(TOPICS.actions, 'u:ada', text);
  await log.append([{ topic: TOPICS.actions, key: 'u:ada', value: new Uint8Array([0xff, 0xfe]) }]);
  await put(TOPICS.profiles, 'u:ada', 'null');
  await put(TOPICS.receipts, 'u:ada', '[]');
  await known();
  await ask({ profileRevision: 1 });
  await one(dispatches);
  const letters = await until(async () => {
    const found = [];
    for (const { partition, first, end } of await log.bounds(TOPICS.deadLetters))
      found.push(...(await log.fetch(TOPICS.deadLetters, partition, first, end - first)));
    return found.length === 7 && found;
  });
  expect(letters.map(({ headers }) => headers['reason']).sort()).toEqual([
    ...['invalid', 'invalid', 'invalid', 'invalid', 'invalid', 'not-json', 'not-utf8'],
  ]);
  expect(letters.map(({ value }) => decodeUtf8(value))).toEqual(expect.arrayContaining([...bad, 'null', '[]']));
  expect(watch.counts.get('tripline_scheduler_dead_letters_total')).toBe(7);
});

test('what no table takes is set aside as well, and never stops its partition', async () => {
  await permitted();
  await begin();
  const long = Array.from({ length: 1_000 }, () => Math.random().toString(36)).join('');
  const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
  const beyond = 9e15 as Instant;
  const bad: [string, unknown][] = [
    ...[{ id: long }, { person: `u:${long}` }, { version: 3_000_000_000 }, { expires: beyond }].map(
      (fields): [string, unknown] => [TOPICS.actions, actionNow(fields)],
    ),
    [TOPICS.actions, JSON.stringify(actionNow()).replace('"data":{}', `"data":{"a":${deep}}`)],
    [TOPICS.actions, makeRecall({ action: long })],
    [TOPICS.profiles, makeProfile({}, { person: `u:${long}` })],
    [TOPICS.profiles, `{"person":"u:ada","revision":1,"traits":{"a":${deep}}}`],
    [TOPICS.receipts, makeReceipt({ attempt: 3_000_000_000 })],
    [TOPICS.receipts, makeReceipt({ at: beyond })],
  ];
  for (const [topic, value] of bad) await put(topic, 'u:ada', value);
  await known();
  await ask({ profileRevision: 1 });
  await one(dispatches);
  await put(TOPICS.receipts, 'u:ada', makeReceipt({ at: now() }));
  await until(async () => (await status()).status === 'sent');
  expect(watch.counts.get('tripline_scheduler_dead_letters_total')).toBe(bad.length);
});

test('trouble that passes is waited out and said; what is wrong for good ends the gate', async () => {
  await permitted();
  const failing = (retry: 'never' | 'later', times: number) => {
    let failures = times;
    return new Proxy(postgres.gatehouse, {
      get: (target, name: keyof Gatehouse) =>
        name === 'claim' && failures-- > 0
          ? () => Promise.reject(new OperatingError('down', retry, 'the database is down'))
          : (target[name] as () => unknown).bind(target),
    });
  };
  const scheduler = makeScheduler(failing('later', 2));
  await begin(scheduler);
  await until(() => Promise.resolve(scheduler.trouble !== undefined));
  await known();
  await ask({ profileRevision: 1 });
  await one(dispatches);
  await until(() => Promise.resolve(scheduler.trouble === undefined));
  await expect(makeScheduler(failing('never', 1)).runGate(stop)).rejects.toThrow('the database is down');
});
