import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OperatingError } from '@tripline/kernel';

const opened = new Set<string>();
/** The 22nd of proc(5)'s fields, counted behind the name, which may hold anything. */
const BEGAN_FIELD = 19;

/**
 * Keeps two writers out of one directory: this process's and, by a file with its process id and the time it began, any other's. A dead
 * process's file does not count, nor one whose number is somebody else's by now, as after a restart of the machine.
 */
export class DirectoryLock {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = resolve(directory);
    mkdirSync(this.#directory, { recursive: true });
    if (opened.has(this.#directory) || heldByAnother(this.#file))
      throw new OperatingError('log-in-use', 'never', `the log in ${this.#directory} is open already: one process at a time`);
    opened.add(this.#directory);
    writeFileSync(this.#file, [process.pid, beganAt(process.pid)].join(' ').trim());
  }

  release(): void {
    opened.delete(this.#directory);
    rmSync(this.#file, { force: true });
  }

  get #file(): string {
    return join(this.#directory, 'writer.pid');
  }
}

function heldByAnother(file: string): boolean {
  const [number = '', began] = textOf(file).split(' ');
  const pid = Number(number);
  if (!(pid > 0) || pid === process.pid || !isAlive(pid)) return false;
  const begins = beganAt(pid);
  return began === undefined || begins === undefined || began === begins;
}

/** When a process began, by the kernel's count; undefined where there is no such process, or no telling. */
function beganAt(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[BEGAN_FIELD];
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
