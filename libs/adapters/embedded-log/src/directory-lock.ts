import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { OperatingError } from '@tripline/kernel';

const opened = new Set<string>();

/** Keeps two writers out of one directory: this process's and, by a file with its process id, any other's. A dead process's file does not count. */
export class DirectoryLock {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = resolve(directory);
    mkdirSync(this.#directory, { recursive: true });
    if (opened.has(this.#directory) || heldByAnother(this.#file))
      throw new OperatingError('log-in-use', 'never', `the log in ${this.#directory} is open already: one process at a time`);
    opened.add(this.#directory);
    writeFileSync(this.#file, String(process.pid));
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
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return pid !== process.pid && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}
