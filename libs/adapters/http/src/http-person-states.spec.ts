import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { makeInstant, milliseconds } from '@tripline/kernel';
import { ASKED_ON } from '@tripline/ports';
import { HttpPersonStates, VIEW_BYTES_MAX } from './http-person-states.js';

const servers: Server[] = [];

/** A processor, as far as one question goes. */
async function listening(answer: RequestListener, host = '127.0.0.1', port = 0): Promise<string> {
  const server = createServer(answer).listen(port, host);
  servers.push(server);
  await once(server, 'listening');
  return `http://${host}:${(server.address() as AddressInfo).port}`;
}

const answering =
  (status: number, body: object): RequestListener =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };
const elsewhere = answering(421, { error: { code: 'no-owner', message: 'the task is held elsewhere' } });
const unknown = answering(404, { error: { code: 'unknown-person', message: 'nobody' } });

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

describe('HttpPersonStates', () => {
  it('asks one processor, which finds the owner; the others hear nothing', async () => {
    const asked: string[] = [];
    const seen =
      (name: string, answer: RequestListener): RequestListener =>
      (request, response) => {
        asked.push(`${name} ${String(request.headers[ASKED_ON] ?? 'may ask on')}`);
        answer(request, response);
      };
    const urls = [await listening(seen('one', answering(200, { person: 'u:ada' }))), await listening(seen('two', unknown))];
    await expect(new HttpPersonStates(urls).person('u:ada')).resolves.toEqual({ person: 'u:ada' });
    await expect(new HttpPersonStates(urls, { there: true }).person('u:ada')).resolves.toEqual({ person: 'u:ada' });
    expect(asked).toEqual(['one may ask on', 'one 1']);
  });

  it.each(['no-owner', 'moving', 'recovering', 'task-halted', 'busy'])(
    'passes on %s as it was said, and asks no other',
    async (code) => {
      const urls = [await listening(answering(503, { error: { code, message: 'in these words' } })), await listening(unknown)];
      await expect(new HttpPersonStates(urls).person('u:ada')).rejects.toMatchObject({ code, retry: 'later', message: 'in these words' }); // prettier-ignore
    },
  );

  it('asks no more where three do not answer', async () => {
    let asked = 0;
    const urls = await Promise.all([1, 2, 3, 4].map(() => listening((request, response) => (asked++, answering(500, {})(request, response))))); // prettier-ignore
    await expect(new HttpPersonStates(urls).person('u:ada')).rejects.toMatchObject({ code: 'processor-unreachable' });
    expect(asked).toBe(3);
  });

  it('answers what the owner says, also where processors do not ask on', async () => {
    const urls = [await listening(elsewhere), await listening(answering(200, { person: 'u:ada' })), await listening(elsewhere)];
    await expect(new HttpPersonStates(urls).person('u:ada')).resolves.toEqual({ person: 'u:ada' });
  });

  it('asks by the key as it is, whatever stands in it, below the path of the address', async () => {
    const seen: (string | undefined)[] = [];
    const url = await listening((request, response) => {
      seen.push(request.url);
      answering(200, {})(request, response);
    });
    await new HttpPersonStates([`${url}/inner`]).person('u:../a b?c#d');
    expect(seen).toEqual(['/inner/persons/u%3A..%2Fa%20b%3Fc%23d/state']);
  });

  it('asks why with the trigger and from when on, and takes longer for it', async () => {
    const seen: (string | undefined)[] = [];
    const slow: RequestListener = (request, response) => {
      seen.push(request.url);
      setTimeout(() => answering(200, { told: [] })(request, response), 60);
    };
    const urls = [await listening(elsewhere), await listening(slow)];
    const states = new HttpPersonStates(urls, { patience: milliseconds(20), whyPatience: milliseconds(2_000) });
    const since = makeInstant(1_767_225_600_000);
    expect(await states.why({ person: 'u:a b', trigger: 'a&b', since })).toEqual({ told: [] });
    expect(seen).toEqual(['/persons/u%3Aa%20b/why?trigger=a%26b&since=2026-01-01T00%3A00%3A00.000Z']);
    const late = answering(503, { error: { code: 'log-unavailable', message: 'ask again in a moment' } });
    const refused = new HttpPersonStates([await listening(late)]).why({ person: 'u:ada', trigger: 't' });
    await expect(refused).rejects.toMatchObject({ code: 'processor-unreachable', message: expect.stringContaining('503: ask again') }); // prettier-ignore
  });

  it('knows nobody where the owner knows nobody', async () => {
    const urls = [await listening(elsewhere), await listening(unknown)];
    await expect(new HttpPersonStates(urls).person('u:ada')).resolves.toBeUndefined();
  });

  it('says that nobody holds the task where all say so', async () => {
    const urls = [await listening(elsewhere), await listening(elsewhere)];
    await expect(new HttpPersonStates(urls).person('u:ada')).rejects.toMatchObject({ code: 'no-owner', retry: 'later' });
  });

  it('does not take the word of something that is no processor', async () => {
    for (const answer of [answering(404, { message: 'Cannot GET' }), answering(500, {}), answering(302, {})]) {
      const states = new HttpPersonStates([await listening(answer)]);
      await expect(states.person('u:ada')).rejects.toMatchObject({ code: 'processor-unreachable', retry: 'later' });
    }
  });

  it('asks the next where one hangs', async () => {
    const urls = [await listening(() => undefined), await listening(answering(200, { person: 'u:ada' }))];
    const states = new HttpPersonStates(urls, { patience: milliseconds(50) });
    await expect(states.person('u:ada')).resolves.toEqual({ person: 'u:ada' });
  });

  it('gives up on one that hangs, one that is gone, and a name that is none', async () => {
    const hanging = await listening(() => undefined);
    const gone = 'http://127.0.0.1:1';
    for (const url of [hanging, gone, 'http://no-such-host.invalid'])
      await expect(
        new HttpPersonStates([url], { patience: milliseconds(100), there: true }).person('u:ada'),
      ).rejects.toMatchObject({
        code: 'processor-unreachable',
      });
  });

  it('asks every address of a name', async () => {
    const first = await listening(elsewhere, '127.0.0.1');
    await listening(answering(200, { person: 'u:ada' }), '127.0.0.2', Number(new URL(first).port));
    const resolve = (): Promise<string[]> => Promise.resolve(['127.0.0.1', '127.0.0.2']);
    const url = first.replace('127.0.0.1', 'processors.example');
    await expect(new HttpPersonStates([url], { resolve }).person('u:ada')).resolves.toEqual({ person: 'u:ada' });
  });

  it('reads no answer without end', async () => {
    const url = await listening((_request, response) => response.end(`{"a":"${'x'.repeat(VIEW_BYTES_MAX)}"}`));
    await expect(new HttpPersonStates([url]).person('u:ada')).rejects.toThrow(/more than/);
  });
});
