import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** Room for young objects, and one thread to collect them: the same for every Node process that is measured. */
export const NODE_FLAGS = ['--max-semi-space-size=64', '--single-threaded-gc'];

/** Runs a program in a process of its own; answers the JSON it prints last. What it says on standard error is shown. */
export async function runForJson(command, args) {
  const child = spawn(command, args.map(String), { stdio: ['ignore', 'pipe', 'inherit'] });
  const parts = [];
  child.stdout.on('data', (part) => parts.push(part));
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  return JSON.parse(Buffer.concat(parts).toString().trim().split('\n').at(-1));
}

/** Runs `bench/<file>` under this Node. */
export const measure = (file, ...args) =>
  runForJson(process.execPath, [...NODE_FLAGS, join(import.meta.dirname, '..', file), ...args]);
