import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { milliseconds } from '@tripline/kernel';
import { ControlClient } from './control-client.js';

type Asked = { readonly line: string; readonly headers: IncomingMessage['headers']; readonly body: string };

let server: Server | undefined;
const asked: Asked[] = [];

async function answering(status: number, body: string): Promise<string> {
  server = createServer((request, response) => {
    void text(request).then((given) => {
      asked.push({ line: `${request.method} ${request.url}`, headers: request.headers, body: given });
      response.writeHead(status, { 'content-type': 'application/json' }).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  asked.length = 0;
});

describe('ControlClient', () => {
  it('publishes a text as it is, with the token and the name of who does', async () => {
    const url = await answering(201, '{"published":[{"name":"a"}],"warnings":[]}');
    const answer = await new ControlClient({ url, token: 's3cret' }).publish('kind: trigger\n', 'ada');
    expect(answer).toEqual({ published: [{ name: 'a' }], warnings: [] });
    expect(asked).toMatchObject([
      {
        line: 'POST /api/triggers',
        headers: { 'content-type': 'application/yaml', authorization: 'Bearer s3cret', 'x-tripline-by': 'ada' },
        body: 'kind: trigger\n',
      },
    ]);
  });

  it('asks about persons and messages with nothing lost on the way', async () => {
    const client = new ControlClient({ url: `${await answering(200, '{"messages":[]}')}/below` });
    await client.person('u:a/b?c');
    await client.messages({ userId: 'a&b', max: '5' });
    expect(asked.map(({ line }) => line)).toEqual([
      'GET /below/api/persons/u%3Aa%2Fb%3Fc',
      'GET /below/api/messages?userId=a%26b&max=5',
    ]);
  });

  it('asks why, and waits for as long as the log may be read', async () => {
    const patience = jest.spyOn(AbortSignal, 'timeout');
    const client = new ControlClient({ url: await answering(200, '{"told":[],"messages":[]}') });
    await expect(client.why('u:a/b', { trigger: 'a&b', since: '2026-01-01T00:00:00Z' })).resolves.toEqual({
      told: [],
      messages: [],
    });
    expect(asked.map(({ line }) => line)).toEqual([
      'GET /api/persons/u%3Aa%2Fb/why?trigger=a%26b&since=2026-01-01T00%3A00%3A00Z',
    ]);
    expect(patience.mock.calls).toEqual([[60_000]]);
    patience.mockRestore();
  });

  it('moves the clock', async () => {
    const client = new ControlClient({ url: await answering(200, '{"now":5}') });
    await expect(client.advance('1h')).resolves.toBe(5);
    expect(asked).toMatchObject([{ line: 'POST /api/clock', body: '{"advance":"1h"}' }]);
  });

  it('waits longer for the clock, which stops on its way, than for anything else', async () => {
    const patience = jest.spyOn(AbortSignal, 'timeout');
    const client = new ControlClient({ url: await answering(200, '{"now":5}') });
    await client.advance('30d');
    await client.clock();
    expect(patience.mock.calls).toEqual([[300_000], [30_000]]);
    patience.mockRestore();
  });

  it('tells a refusal in the words of the control plane', async () => {
    const problems = [{ path: 'when.0.wher', message: 'unknown field', line: 3, column: 5, document: 0 }];
    const url = await answering(400, JSON.stringify({ error: { code: 'invalid-document', message: 'no', problems } }));
    await expect(new ControlClient({ url }).check('')).rejects.toMatchObject({
      status: 400,
      code: 'invalid-document',
      message: 'no',
      problems,
    });
  });

  it('knows what is not the control plane, and what does not answer', async () => {
    for (const [status, body] of [
      [200, '<html>'],
      [404, 'not here'],
      [200, '[]'],
    ] as const) {
      const client = new ControlClient({ url: await answering(status, body) });
      await expect(client.clock()).rejects.toMatchObject({ code: 'control-unreachable', message: /is not Tripline's/ });
      server?.close();
    }
    const gone = new ControlClient({ url: 'http://127.0.0.1:1', patience: milliseconds(500) });
    await expect(gone.clock()).rejects.toMatchObject({
      code: 'control-unreachable',
      message: /does not answer: .*(ECONNREFUSED|bad port)/,
    });
  });
});
