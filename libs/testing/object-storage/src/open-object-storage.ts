import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, guard, HOST } from '@tripline/testing-broker';
import { bringMoto, motoServer } from './moto.js';

/** Something that speaks S3, to test against; `stop` leaves one alone that was given. */
export type ObjectStorage = { readonly endpoint: string; stop(): Promise<void> };

const CURE =
  'set OBJECT_STORE_TEST_ENDPOINT=http://host:port (and AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY), or install Python 3 with venv and pip';
const READY_MS = 60_000;
const LOOK_MS = 100;
const OUTPUT_MAX_CHARS = 20_000;

const given = (): string | undefined => process.env['OBJECT_STORE_TEST_ENDPOINT'] || undefined;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Undefined where `openObjectStorage` will find a server; else why not. Brings moto where it is missing. */
export function whyNoObjectStorage(): string | undefined {
  if (given() !== undefined) return undefined;
  const why = bringMoto();
  return why === undefined ? undefined : `no object storage: ${why}; ${CURE}`;
}

/** The server of `OBJECT_STORE_TEST_ENDPOINT`, else moto's, started for this process on a free port, its objects in memory. */
export async function openObjectStorage(): Promise<ObjectStorage> {
  const endpoint = given();
  if (endpoint !== undefined) return { endpoint, stop: () => Promise.resolve() };
  const [port] = await freePorts();
  const folder = mkdtempSync(join(tmpdir(), 'tripline-moto-'));
  const child = spawn(motoServer, ['-H', HOST, '-p', String(port)], { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
  const watcher = guard(child, folder);
  const stop = async (): Promise<void> => {
    watcher.kill('SIGKILL');
    await end(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const ready = await isReady(child, `http://${HOST}:${port}`);
  if (ready !== undefined) {
    await stop();
    throw new Error(`moto's server ${ready}`);
  }
  return { endpoint: `http://${HOST}:${port}`, stop };
}

/** Undefined once it answers; else what it did instead. */
async function isReady(child: ChildProcess, endpoint: string): Promise<string | undefined> {
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (bytes: Buffer) => (output = (output + bytes.toString()).slice(-OUTPUT_MAX_CHARS)));
  for (const deadline = Date.now() + READY_MS; Date.now() < deadline; await pause(LOOK_MS)) {
    if (child.exitCode !== null || child.signalCode !== null) return `ended:\n${output}`;
    const answered = await fetch(endpoint).then((answer) => answer.ok, () => false); // prettier-ignore
    if (answered) return undefined;
  }
  return `was not ready in time:\n${output}`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}
