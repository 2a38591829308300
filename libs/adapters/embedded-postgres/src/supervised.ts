import { spawn, type ChildProcess } from 'node:child_process';
import { OperatingError } from '@tripline/kernel';
import { chooseAccount, commandAs, type Account } from './account.js';

/**
 * Runs the server as a child of a shell that ends it when its own input ends: so it goes when this process goes, however it goes,
 * and not when a terminal interrupts both. SIGINT is PostgreSQL's fast shutdown: what was committed is kept. The shell ends with the
 * server, whoever ended it. The input goes by a third descriptor: a shell closes that of what it puts into the background.
 */
const SUPERVISE = `exec 3<&0
"$@" 3<&- & server=$!
{ cat <&3; kill -INT $server; } >/dev/null 2>&1 & watcher=$!
wait $server; code=$?
kill $watcher 2>/dev/null
exit $code`;

const KEPT_LENGTH = 4_000;
const READY_MAX_MS = 60_000;

/** A process that was started, with the newest of what it says. */
export type Running = { readonly child: ChildProcess; said(): string; readonly ended: Promise<number | null> };

export function run(argv: readonly string[], paths: readonly string[], options: { readonly supervised: boolean }): Running {
  const account = chooseAccount();
  const inner = options.supervised ? ['/bin/sh', '-c', SUPERVISE, 'supervise', ...argv] : argv;
  const [command, ...rest] = commandAs(account, paths, inner) as [string, ...string[]];
  const child = spawn(command, rest, {
    ...(command === inner[0] ? identity(account) : {}),
    cwd: '/',
    detached: options.supervised,
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { LC_ALL: 'C', PATH: '/usr/bin:/bin' },
  });
  return watch(child);
}

const identity = (account: Account | undefined): { uid?: number; gid?: number } =>
  account === undefined ? {} : { uid: account.uid, gid: account.gid };

function watch(child: ChildProcess): Running {
  let said = '';
  const keep = (chunk: Buffer): void => void (said = (said + chunk.toString('utf8')).slice(-KEPT_LENGTH));
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  child.stdin?.on('error', () => undefined);
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      said += String(error);
      resolve(null);
    });
    child.on('close', (code) => resolve(code));
  });
  return { child, said: () => said, ended };
}

/** Resolves when the server takes connections; an `OperatingError` with its last words when it ends or says nothing for a minute. */
export async function ready(running: Running): Promise<void> {
  const outcome = await new Promise<'ready' | 'ended' | 'silent'>((resolve) => {
    const timer = setTimeout(() => resolve('silent'), READY_MAX_MS);
    const look = (): void => {
      if (running.said().includes('ready to accept connections')) resolve('ready');
    };
    running.child.stderr?.on('data', look);
    void running.ended.then(() => resolve('ended')).finally(() => clearTimeout(timer));
    look();
  });
  if (outcome === 'ready') return;
  running.child.stdin?.end();
  throw new OperatingError('postgres-start', 'later', `PostgreSQL did not start (${outcome}): ${running.said().trim()}`);
}
