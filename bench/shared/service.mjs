import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from '@tripline/testing-broker';
import { NODE_FLAGS } from './child.mjs';

const START_MS = 180_000;
/** Of `/proc`: ticks of CPU a second, the same on every Linux. */
const TICKS_A_SECOND = 100;

/** One built app as a process of its own, as a container would run it; ready when it says that it is healthy. */
export const openService = (app, env) => openProgram(`apps/${app}/dist/main.js`, [], env);

/** The same of any program of this repository that listens on `PORT` and answers `/health`. */
export async function openProgram(file, args, env = {}) {
  const [port] = await freePorts();
  const url = `http://127.0.0.1:${port}`;
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, [...NODE_FLAGS, join(import.meta.dirname, '../..', file), ...args], {
    env: { PATH, HOME, LOG_LEVEL: 'warn', ...env, PORT: String(port) },
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  for (const end = Date.now() + START_MS; !(await answers(`${url}/health`)); await pause(100))
    if (child.exitCode !== null || Date.now() > end) throw new Error(`${file} did not become healthy`);
  return {
    url,
    /** Seconds of CPU of all its threads so far. */
    cpuSeconds: () => cpuSecondsOf(child.pid),
    /** It stands still, and keeps its sockets: as one whose machine lags. */
    freeze: () => child.kill('SIGSTOP'),
    thaw: () => child.kill('SIGCONT'),
    counter: (name) => counterOf(`${url}/metrics`, name),
    stop: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGCONT');
      child.kill('SIGTERM');
      await ended;
    },
  };
}

const answers = (url) =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

function cpuSecondsOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

/** The sum of a metric over all its labels. */
async function counterOf(url, name) {
  const lines = (await (await fetch(url)).text()).split('\n');
  const mine = lines.filter((line) => line.startsWith(`${name} `) || line.startsWith(`${name}{`));
  return mine.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
