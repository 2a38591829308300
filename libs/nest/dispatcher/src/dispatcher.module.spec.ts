import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { EmbeddedLog } from '@tripline/adapters-embedded-log';
import { decodeUtf8, encodeUtf8, plus, days } from '@tripline/kernel';
import { ALL_TOPICS, parseReceipt, TOPICS, type Dispatch, type Receipt, type Template } from '@tripline/model';
import { HealthModule, makeHttpApp, openApp, PortsModule } from '@tripline/nest-kit';
import type { AttemptLedger, Kept, Mailbox, ProfileStore, SendResult, TemplateShelf } from '@tripline/ports';
import { makeDispatch, makeProfile, RecordingWatch } from '@tripline/testing-builders';
import { DispatcherModule, makeMailboxProvider, WebHub } from './index.js';
import { WebStreams } from './web-streams.js';

const directory = mkdtempSync(join(tmpdir(), 'tripline-dispatcher-'));
const watch = new RecordingWatch();
const log = new EmbeddedLog({ directory, watch });
const hub = new WebHub(log.clock, watch);
const kept: Kept[] = [];
const mailbox: Mailbox = {
  keep: (message, at) => (kept.push({ ...message, at }), Promise.resolve()),
  kept: () => Promise.resolve(kept),
};
const results = new Map<string, SendResult>();
const attempts: AttemptLedger = {
  begin: ({ action }) => {
    const result = results.get(action);
    return Promise.resolve(result === undefined ? { kind: 'go' } : { kind: 'done', result });
  },
  finish: ({ action }, result) => (results.set(action, result), Promise.resolve()),
};
const TEMPLATES: Readonly<Record<string, Template>> = {
  mail: { kind: 'template', name: 'mail', channel: 'email', needs: {}, subject: 'Hello {{ user.name }}', text: 'x' },
  popup: { kind: 'template', name: 'popup', channel: 'web', needs: {}, text: 'Come back, {{ user.name }}\nnow', url: '/cart' },
};
const shelf: TemplateShelf = { template: (name) => Promise.resolve(TEMPLATES[name]) };
const profiles: ProfileStore = {
  apply: () => Promise.resolve(),
  profile: (person) => Promise.resolve(makeProfile({ name: 'Ada' }, { person })),
};

@Module({
  imports: [
    PortsModule.register({ log, clock: log.clock, watch }),
    HealthModule,
    DispatcherModule.register({
      providers: [makeMailboxProvider('email', mailbox), hub],
      ...{ attempts, shelf, profiles },
      stream: { hub, writeKeys: { demo: 'shop' } },
    }),
  ],
})
class RootModule {}

let app: NestFastifyApplication;
let url: string;
let closed = false;
const close = async (): Promise<void> => {
  if (!closed) await app.close();
  closed = true;
};
beforeAll(async () => {
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: 2 })));
  app = await makeHttpApp(RootModule);
  url = await openApp(app, { port: 0, host: '127.0.0.1' });
});
afterAll(async () => {
  await close();
  await log.close();
  rmSync(directory, { recursive: true });
});

const hand = (fields: Partial<Dispatch>) => {
  const dispatch = makeDispatch({ expires: plus(log.clock.now(), days(1)), ...fields });
  return log.append([
    { topic: TOPICS.dispatch[dispatch.channel], key: dispatch.person, value: encodeUtf8(JSON.stringify(dispatch)) },
  ]);
};
async function receiptOf(action: string): Promise<Receipt | undefined> {
  for (const partition of [0, 1])
    for (const record of await log.fetch(TOPICS.receipts, partition, 0, 1_000)) {
      const receipt = parseReceipt(JSON.parse(decodeUtf8(record.value)));
      if (receipt.ok && receipt.value.action === action) return receipt.value;
    }
  return undefined;
}
async function until<T>(look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error('it never came true');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Reads a stream of server-sent events as a browser would. */
async function listen(query: string) {
  const response = await fetch(`${url}/v1/stream?${query}`);
  const messages: { id: string; text: string }[] = [];
  let comments = 0;
  let ended = false;
  const read = async (): Promise<void> => {
    let text = '';
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop()!;
      for (const block of blocks) {
        const data = block.split('\n').find((line) => line.startsWith('data: '));
        if (data !== undefined) messages.push(JSON.parse(data.slice(6)) as { id: string; text: string });
        else if (block.startsWith(':')) comments += 1;
      }
    }
  };
  void read()
    .catch(() => undefined)
    .finally(() => (ended = true));
  return { response, messages, comments: () => comments, ended: () => ended };
}

describe('the dispatcher in a Nest application', () => {
  test('a dispatch on the log becomes a message in the mailbox and a receipt', async () => {
    await hand({ action: 'act_mail', template: 'mail' });
    expect(await until(() => receiptOf('act_mail'))).toMatchObject({ status: 'sent', provider: 'mailbox', channel: 'email' });
    expect(kept).toEqual([expect.objectContaining({ id: 'act_mail', subject: 'Hello Ada', to: 'ada@shop.example' })]);
  });

  test('a browser gets what is sent to its person, and nobody else does', async () => {
    const ada = await listen('writeKey=demo&userId=ada');
    const eve = await listen('writeKey=demo&anonymousId=eve');
    expect(ada.response.status).toBe(200);
    expect(ada.response.headers.get('content-type')).toMatch(/^text\/event-stream/);
    expect(ada.response.headers.get('access-control-allow-origin')).toBe('*');
    await hand({ action: 'act_web', channel: 'web', template: 'popup' });
    const message = await until(() => ada.messages[0]);
    expect(message).toEqual({
      ...{ id: 'act_web', trigger: 'abandoned-cart', step: 'mail', text: 'Come back, Ada\nnow', url: '/cart' },
    });
    expect(await until(() => receiptOf('act_web'))).toMatchObject({ status: 'sent', provider: 'web-hub' });
    expect(eve.messages).toEqual([]);
  });

  test('a browser that comes later finds what was sent while it was away', async () => {
    await hand({ action: 'act_away', channel: 'web', template: 'popup', person: 'a:device-7' });
    await until(() => receiptOf('act_away'));
    const browser = await listen('writeKey=demo&anonymousId=device-7');
    expect((await until(() => browser.messages[0])).id).toBe('act_away');
  });

  test('a heartbeat keeps a silent stream open', async () => {
    const browser = await listen('writeKey=demo&userId=silent');
    app.get(WebStreams).beat();
    await until(() => (browser.comments() > 0 ? true : undefined));
  });

  test.each([
    ['userId=ada', 401, 'unknown-write-key'],
    ['writeKey=wrong&userId=ada', 401, 'unknown-write-key'],
    ['writeKey=demo&writeKey=demo&userId=ada', 401, 'unknown-write-key'],
    ['writeKey=demo', 400, 'invalid'],
    ['writeKey=demo&userId=', 400, 'invalid'],
    ['writeKey=demo&userId=null', 400, 'invalid'],
    ['writeKey=demo&userId=a&userId=b', 400, 'invalid'],
  ])('?%s is answered %d %s', async (query, status, code) => {
    const response = await fetch(`${url}/v1/stream?${query}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  test('too many streams of one person are refused, and there is room again when one leaves', async () => {
    const address = `${url}/v1/stream?writeKey=demo&userId=many`;
    const open = async () => {
      const request = get(address, { agent: false });
      const [response] = (await once(request, 'response')) as [IncomingMessage];
      return { status: response.statusCode, leave: () => request.destroy() };
    };
    const streams = await Promise.all(Array.from({ length: 10 }, open));
    expect(streams.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect((await open()).status).toBe(503);
    streams[0]?.leave();
    const again = await until(async () => {
      const stream = await open();
      return stream.status === 200 ? stream : undefined;
    });
    [...streams, again].forEach(({ leave }) => leave());
  });

  test('a stream asked for behind another on one connection is none: what its person is sent waits for them', async () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    const ask = (id: string): string => `GET /v1/stream?writeKey=demo&anonymousId=${id} HTTP/1.1\r\nhost: x\r\n\r\n`;
    socket.write(ask('ahead') + ask('behind'));
    await once(socket, 'data');
    await hand({ action: 'act_behind', channel: 'web', template: 'popup', person: 'a:behind' });
    await until(() => receiptOf('act_behind'));
    socket.destroy();
    const browser = await listen('writeKey=demo&anonymousId=behind');
    expect((await until(() => browser.messages[0])).id).toBe('act_behind');
  });

  test('health names the channels', async () => {
    const health = (await (await fetch(`${url}/health`)).json()) as { checks: Record<string, unknown> };
    expect(health.checks['dispatcher']).toEqual({ ok: true, channels: { email: 'mailbox', web: 'web-hub' } });
  });

  test('closing ends the open streams, and does not wait for them', async () => {
    const browser = await listen('writeKey=demo&userId=last');
    const from = Date.now();
    await close();
    await until(() => (browser.ended() ? true : undefined));
    expect(Date.now() - from).toBeLessThan(5_000);
  });
});
