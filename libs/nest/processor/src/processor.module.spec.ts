import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { MemoryStateStore } from '@tripline/adapters-memory';
import { encodeUtf8, hours } from '@tripline/kernel';
import { ALL_TOPICS, encodeTaskInput, TOPICS } from '@tripline/model';
import { HealthModule, makeHttpApp, openApp, PortsModule } from '@tripline/nest-kit';
import { makeEvent, RecordingWatch } from '@tripline/testing-builders';
import { makeProcessor, ProcessorModule } from './index.js';

const TRIGGER = {
  kind: 'trigger',
  name: 'abandoned-cart',
  purpose: 'marketing',
  when: [{ event: 'cart.item_added' }, { not: 'order.completed', for: '1h' }],
  do: [{ id: 'mail', email: 'cart-reminder' }],
};

type Body = { readonly checks: { readonly processor: { readonly tasks: number; readonly halted: readonly unknown[] } } };

describe('the processor in an application', () => {
  let directory: string;
  let log: EmbeddedLog;
  let app: NestFastifyApplication;
  let url: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tripline-nest-processor-'));
    const watch = new RecordingWatch();
    log = new EmbeddedLog({ directory, watch });
    await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: 2 })));
    const { clock } = log;
    const processor = makeProcessor({ log, clock, watch, store: new MemoryStateStore(), partitions: 2 });
    @Module({ imports: [PortsModule.register({ log, clock, watch }), HealthModule, ProcessorModule.register({ processor })] })
    class Root {}
    app = await makeHttpApp(Root);
    url = (await openApp(app, { port: 0, host: '127.0.0.1' })).replace('[::1]', '127.0.0.1');
  });
  afterEach(async () => {
    await app.close();
    await log.close();
    await rm(directory, { recursive: true });
  });
  const ask = async (path: string): Promise<{ status: number; body: Body }> => {
    const answer = await fetch(`${url}${path}`);
    return { status: answer.status, body: (await answer.json()) as Body };
  };
  const until = async <T>(look: () => Promise<T>, good: (seen: T) => boolean): Promise<T> => {
    for (const ends = Date.now() + 10_000; ;) {
      const seen = await look();
      if (good(seen)) return seen;
      if (Date.now() > ends) throw new Error(`still ${JSON.stringify(seen)}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };
  type Why = { status: number; body: { readonly told?: readonly unknown[] } };
  const why = (path: string): Promise<Why> => ask(`/persons/${path}`) as unknown as Promise<Why>;
  const publish = async (): Promise<void> => {
    const change = { type: 'publish', version: 1, document: TRIGGER, openRuns: 'drain' } as const;
    const value = encodeTaskInput({ kind: 'control', name: TRIGGER.name, revision: 1, change });
    await log.append([0, 1].map((partition) => ({ topic: TOPICS.events, key: null, partition, value })));
  };
  const cart = async (): Promise<void> => {
    const now = log.clock.now();
    const event = makeEvent({ timestamp: now, received: now });
    await log.append([{ topic: TOPICS.events, key: event.person, value: encodeTaskInput({ kind: 'event', ...event }) }]);
  };

  test('reads its topic, tells actions when their time has come, and answers for a person', async () => {
    await publish();
    await cart();
    const { body } = await until(
      () => ask('/persons/u%3Aada/state'),
      ({ status }) => status === 200,
    );
    expect(body).toMatchObject({ task: expect.any(Number), clock: 0 });
    expect((await log.bounds(TOPICS.actions)).every(({ end }) => end === 0)).toBe(true);
    await log.clock.advance(hours(2));
    await until(
      () => log.bounds(TOPICS.actions),
      (all) => all.some(({ end }) => end === 1),
    );
  });

  test('tells why, of a trigger and from an instant on; what is asked wrongly is 400', async () => {
    await publish();
    await cart();
    const told = await until(
      () => why('u%3Aada/why?trigger=abandoned-cart'),
      ({ status, body }) => status === 200 && body.told?.length === 2,
    );
    expect(told.body).toMatchObject({
      person: 'u:ada',
      events: 1,
      gaps: [],
      told: [{ what: 'attempt.opened' }, { what: 'attempt.waits', version: 1 }],
    });
    expect((await why('u%3Aada/why?trigger=abandoned-cart&since=2999-01-01T00:00:00Z')).body.told).toEqual([]);
    for (const query of ['', 'trigger=', 'trigger=a&since=noon', 'trigger=a&trigger=b'])
      expect((await why(`u%3Aada/why?${query}`)).status).toBe(400);
  });

  test('an unknown person is 404, with words', async () => {
    expect(
      await until(
        () => ask('/persons/u%3Anobody/state'),
        ({ status }) => status === 404,
      ),
    ).toMatchObject({
      status: 404,
      body: { error: { code: 'unknown-person' } },
    });
  });

  test('health names the tasks; one that stopped fails it, with what to do; its persons are 503 with that', async () => {
    await publish();
    await until(
      () => ask('/health'),
      ({ status, body }) => status === 200 && body.checks.processor.tasks === 2,
    );
    const value = encodeUtf8('{"kind":"unheard-of"}');
    await log.append([0, 1].map((partition) => ({ topic: TOPICS.events, key: null, partition, value })));
    const { body } = await until(
      () => ask('/health'),
      ({ body }) => body.checks.processor.halted.length === 2,
    );
    expect(body).toMatchObject({ status: 'failing', checks: { processor: { halted: [{ code: 'unknown-kind', instructions: expect.stringContaining('newer Tripline') }, {}] } } }); // prettier-ignore
    expect(await ask('/persons/u%3Aada/state')).toMatchObject({
      status: 503,
      body: { error: { code: 'task-halted', message: expect.stringContaining('newer Tripline') } },
    });
  });
});
