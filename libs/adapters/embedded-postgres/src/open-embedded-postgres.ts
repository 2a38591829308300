import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { OperatingError } from '@tripline/kernel';
import { chooseAccount, giveTo } from './account.js';
import { findBinaries, type Binaries } from './binaries.js';
import { ready, run } from './supervised.js';

/**
 * A running server: `url` is a connection string with its password. `stop` shuts it down fast, and may be called again. `ended` resolves
 * when it is no more, whatever ended it: it does not come again by itself.
 */
export type EmbeddedPostgres = { readonly url: string; readonly ended: Promise<void>; stop(): Promise<void> };

const USER = 'tripline';
/** A server left over by a process that was killed is given this long to end. */
const LEFTOVER_MAX_MS = 15_000;
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'lc_messages=C', 'logging_collector=off'];

/**
 * Runs a real PostgreSQL over the data in `dir`, made if missing, on 127.0.0.1 and a free port (or `port`). The data is there again
 * after a stop and after a kill. The server ends with this process. One process a folder at a time: otherwise an `OperatingError`
 * `postgres-in-use`.
 */
export async function openEmbeddedPostgres(options: { readonly dir: string; readonly port?: number }): Promise<EmbeddedPostgres> {
  const dir = resolve(options.dir);
  const binaries = findBinaries();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  giveTo(dir, chooseAccount());
  const data = join(dir, 'data');
  if (!existsSync(data)) await initialise(binaries, dir, data);
  await leftoverEnded(data);
  const password = await readFile(join(dir, 'password'), 'utf8');
  const port = options.port ?? (await freePort());
  const settings = SETTINGS.flatMap((setting) => ['-c', setting]);
  const running = run([binaries.postgres, '-D', data, '-p', String(port), ...settings], [data, binaries.postgres], {
    supervised: true,
  });
  await ready(running);
  const ended = running.ended.then(() => undefined);
  const stop = (): Promise<void> => {
    running.child.stdin?.end();
    return ended;
  };
  return { url: `postgres://${USER}:${password}@127.0.0.1:${port}/postgres`, ended, stop };
}

/** Makes the data folder beside its place and moves it there, so that one half made is never taken for a whole one. */
async function initialise(binaries: Binaries, dir: string, data: string): Promise<void> {
  const making = `${data}.making`;
  const passwordFile = join(dir, 'password');
  await rm(making, { recursive: true, force: true });
  await writeFile(passwordFile, randomBytes(18).toString('base64url'), { mode: 0o600 });
  giveTo(passwordFile, chooseAccount());
  const flags = ['--auth=scram-sha-256', `--username=${USER}`, `--pwfile=${passwordFile}`, '--encoding=UTF8', '--locale=C'];
  const running = run([binaries.initdb, `--pgdata=${making}`, ...flags, '--no-instructions'], [making, binaries.initdb], {
    supervised: false,
  });
  if ((await running.ended) !== 0)
    throw new OperatingError('postgres-init', 'never', `PostgreSQL could not make its data folder: ${running.said().trim()}`);
  await rename(making, data);
}

/** Waits for the server of a process that was killed a moment ago; a lock file without its server is removed. */
async function leftoverEnded(data: string): Promise<void> {
  const lock = join(data, 'postmaster.pid');
  for (let waited = 0; existsSync(lock); waited += 50) {
    const pid = Number((await readFile(lock, 'utf8').catch(() => '')).split('\n')[0]);
    if (!(await isServer(pid, data))) return void (await rm(lock, { force: true }));
    if (waited > LEFTOVER_MAX_MS)
      throw new OperatingError('postgres-in-use', 'later', `another process (${pid}) runs a server over ${data}`);
    await pause(50);
  }
}

/** Is that process a server over this folder? The number alone says little: it may be somebody else's by now. */
async function isServer(pid: number, data: string): Promise<boolean> {
  if (!(pid > 0)) return false;
  if (process.platform !== 'linux') return isAlive(pid);
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return command.split('\0').includes(data);
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
