import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Inject, Injectable, Module, type DynamicModule, type OnModuleInit } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { decodeUtf8, encodeUtf8, OperatingError } from '@tripline/kernel';
import type { Batch, EventLog, Subscription } from '@tripline/ports';
import { RecordingWatch } from '@tripline/testing-builders';
import { FromLog } from './from-log.js';
import { HealthModule } from './health.module.js';
import { makeHttpApp, openApp } from './http-app.js';
import { LogHooks } from './log-hooks.js';
import { LogStrategy } from './log-strategy.js';
import { PortsModule } from './ports.module.js';

const seen: string[] = [];
const hooked: string[] = [];
let failures: Error[] = [];
const textsOf = (batch: Batch): string[] => batch.records.map((record) => decodeUtf8(record.value));

@Controller()
class FirstController {
  @FromLog('receipts', { group: 'first' })
  onReceipts(batch: Batch): Promise<void> {
    const failure = failures.shift();
    if (failure !== undefined) return Promise.reject(failure);
    seen.push(...textsOf(batch).map((text) => `first receipts ${text}`));
    return Promise.resolve();
  }

  @FromLog('ingest', { group: 'first' })
  async onIngest(batch: Batch): Promise<void> {
    await Promise.resolve();
    seen.push(...textsOf(batch).map((text) => `first ingest ${text}`));
  }
}

@Injectable()
class FirstHooks implements OnModuleInit {
  constructor(@Inject(LogHooks) private readonly hooks: LogHooks) {}
  onModuleInit(): void {
    const assigned = (topic: string, partition: number): Promise<undefined> =>
      Promise.resolve(hooked.push(`assigned ${topic}/${partition}`)).then(() => undefined);
    const revoked = (topic: string, partition: number): Promise<void> =>
      Promise.resolve(hooked.push(`revoked ${topic}/${partition}`)).then(() => undefined);
    const halted = (_error: unknown, topic?: string): unknown => hooked.push(`halted ${topic ?? 'all'}`);
    this.hooks.register('first', { assigned, revoked, halted });
  }
}
@Module({ controllers: [FirstController], providers: [FirstHooks] })
class FirstModule {}

@Controller()
class SecondController {
  @FromLog('receipts', { group: 'second' })
  onReceipts(batch: Batch): Promise<void> {
    return Promise.resolve(void seen.push(...textsOf(batch).map((text) => `second receipts ${text}`)));
  }
}
@Module({ controllers: [SecondController] })
class SecondModule {}

class RootModule {
  static of(log: EmbeddedLog, watch: RecordingWatch): DynamicModule {
    const ports = PortsModule.register({ log, clock: log.clock, watch });
    return { module: RootModule, imports: [ports, HealthModule, FirstModule, SecondModule] };
  }
}

let directory: string;
let watch: RecordingWatch;
let log: EmbeddedLog;
let app: NestFastifyApplication;
let url: string;
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'tripline-kit-'));
  watch = new RecordingWatch();
  log = new EmbeddedLog({ directory, watch });
  await log.ensureTopics([
    { name: 'receipts', partitions: 1 },
    { name: 'ingest', partitions: 1 },
  ]);
  app = await makeHttpApp(RootModule.of(log, watch));
  url = await openApp(app, { port: 0, host: '127.0.0.1' });
});
afterEach(async () => {
  await app.close();
  await log.close();
  rmSync(directory, { recursive: true });
  seen.length = 0;
  hooked.length = 0;
  failures = [];
});

const append = (topic: string, text: string): Promise<unknown> =>
  log.append([{ topic, key: null, value: encodeUtf8(text), partition: 0 }]);
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never came true; seen: ${seen.join(', ')}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
const committed = async (group: string, topic: string): Promise<number | undefined> => (await log.committed(group, topic)).get(0);

describe('the log strategy', () => {
  it('gives each group its own reading of a topic, from controllers of several modules', async () => {
    await append('receipts', 'a');
    await append('ingest', 'b');
    await until(() => seen.length === 3);
    expect([...seen].sort()).toEqual(['first ingest b', 'first receipts a', 'second receipts a']);
    await until(async () => (await committed('first', 'receipts')) === 1 && (await committed('second', 'receipts')) === 1);
  });

  it('hands a passing rejection to the log, which brings the batch again', async () => {
    failures = [new OperatingError('busy', 'later', 'not now')];
    await append('receipts', 'a');
    await until(() => seen.includes('first receipts a'));
    await until(async () => (await committed('first', 'receipts')) === 1);
  });

  it('halts the partition on a lasting rejection, shows it in health, and goes on elsewhere', async () => {
    failures = [new OperatingError('gap', 'never', 'a gap')];
    await append('receipts', 'a');
    await until(() => hooked.includes('halted receipts'));
    await append('ingest', 'b');
    await until(() => seen.includes('first ingest b'));
    expect(seen).not.toContain('first receipts a');
    const response = await fetch(`${url}/health`);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ checks: { log: { ok: false, halted: ['first receipts/0'] } } });
    expect((await fetch(`${url}/health/live`)).status).toBe(200);
    expect(watch.counts.get('tripline_log_halted_total')).toBe(1);
    expect(watch.counts.has('tripline_log_gave_up_total')).toBe(false);
  });

  it('tells a group of its partitions, and closing gives them back', async () => {
    await until(() => hooked.length === 2);
    expect([...hooked].sort()).toEqual(['assigned ingest/0', 'assigned receipts/0']);
    await app.close();
    expect([...hooked].sort().slice(2)).toEqual(['revoked ingest/0', 'revoked receipts/0']);
    await append('receipts', 'late');
    expect(seen).toEqual([]);
  });

  it('forgets the halt of a partition that is no longer ours', async () => {
    const subscriptions: Subscription[] = [];
    const played = { read: (s: Subscription) => Promise.resolve((subscriptions.push(s), { close: () => Promise.resolve() })) };
    let health: () => unknown = () => undefined;
    const checks = { add: (_name: string, check: () => unknown) => (health = check) };
    const strategy = new LogStrategy(played as unknown as EventLog, watch, new LogHooks(), checks as never);
    strategy.addHandler('receipts', () => Promise.resolve() as never, true, { group: 'first' });
    strategy.listen(() => undefined);
    for (const partition of [0, 1]) subscriptions[0]!.halted!(new Error('a gap'), 'receipts', partition);
    await subscriptions[0]!.revoked?.('receipts', 0);
    expect(health()).toMatchObject({ ok: false, halted: ['first receipts/1'] });
    await subscriptions[0]!.revoked?.('receipts', 1);
    expect(health()).toMatchObject({ ok: true });
  });

  it('says when a reader has given up for good', () => {
    const subscriptions: Subscription[] = [];
    const broken = { read: (s: Subscription) => Promise.resolve((subscriptions.push(s), { close: () => Promise.resolve() })) };
    const strategy = new LogStrategy(broken as unknown as EventLog, watch, new LogHooks(), { add: () => undefined } as never);
    strategy.addHandler('receipts', () => Promise.resolve() as never, true, { group: 'first' });
    strategy.listen(() => undefined);
    const gone: string[] = [];
    strategy.onGaveUp((group) => gone.push(group));
    subscriptions[0]!.halted!(new Error('away'), 'receipts', 0);
    expect(gone).toEqual([]);
    subscriptions[0]!.halted!(new Error('away'));
    expect(gone).toEqual(['first']);
  });
});
