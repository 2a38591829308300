import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openEmbeddedPostgres } from './open-embedded-postgres.js';

jest.setTimeout(60_000);
let dir: string;
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'tripline-pg-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

/** Is there a PostgreSQL? It answers a request for TLS with one letter. */
const answers = (url: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.on('data', (bytes) => (resolve(bytes.toString() === 'N'), socket.destroy()));
    socket.on('error', () => resolve(false));
  });
const pidOf = async (at: string): Promise<number> =>
  Number((await readFile(join(at, 'data', 'postmaster.pid'), 'utf8')).split('\n')[0]);

test('a real server answers on the address given, and no more after stop', async () => {
  const server = await openEmbeddedPostgres({ dir });
  expect(await answers(server.url)).toBe(true);
  await server.stop();
  await server.stop();
  expect(await answers(server.url)).toBe(false);
});

test('two servers over two folders run side by side', async () => {
  const [a, b] = await Promise.all([
    openEmbeddedPostgres({ dir: join(dir, 'a') }),
    openEmbeddedPostgres({ dir: join(dir, 'b') }),
  ]);
  expect(a.url).not.toBe(b.url);
  expect([await answers(a.url), await answers(b.url)]).toEqual([true, true]);
  await Promise.all([a.stop(), b.stop()]);
});

test('the same folder opens again after the server was killed', async () => {
  const first = await openEmbeddedPostgres({ dir });
  process.kill(await pidOf(dir), 'SIGKILL');
  await first.stop();
  const second = await openEmbeddedPostgres({ dir });
  expect(await answers(second.url)).toBe(true);
  await second.stop();
});

test('a server that ends by itself is told of; one that cannot start says why, and at once', async () => {
  const server = await openEmbeddedPostgres({ dir });
  process.kill(await pidOf(dir), 'SIGKILL');
  await server.ended;
  const version = join(dir, 'data', 'PG_VERSION');
  const right = await readFile(version, 'utf8');
  await writeFile(version, '9.6\n');
  const began = performance.now();
  await expect(openEmbeddedPostgres({ dir })).rejects.toThrow(/ended.*version 9\.6/s);
  expect(performance.now() - began).toBeLessThan(20_000);
  await writeFile(version, right);
});

test('a lock file whose number is now that of another process is no hindrance', async () => {
  await writeFile(join(dir, 'data', 'postmaster.pid'), `${process.pid}\n${join(dir, 'data')}\n`);
  const server = await openEmbeddedPostgres({ dir });
  expect(await answers(server.url)).toBe(true);
  await server.stop();
});

test('a folder whose server is just ending opens as soon as it has ended', async () => {
  const first = await openEmbeddedPostgres({ dir });
  const stopping = first.stop();
  const second = await openEmbeddedPostgres({ dir });
  expect([await answers(first.url), await answers(second.url)]).toEqual([false, true]);
  await Promise.all([stopping, second.stop()]);
});
