import { spawnSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { underLock } from '@tripline/testing-broker';

/** Where the requirements stand: `tools/object-storage` of this checkout. */
const folder = join(dirname(fileURLToPath(import.meta.url)), '../../../../tools/object-storage');
const venv = join(folder, 'venv');
const done = join(venv, '.complete');
const BRING_MS = 180_000;

export const motoServer = join(venv, 'bin/moto_server');

/** Undefined where moto's server is there or could be brought by pip (once, half a minute); else why not. */
export function bringMoto(): string | undefined {
  return existsSync(done) ? undefined : underLock(`${venv}.lock`, install);
}

function install(): string | undefined {
  if (existsSync(done)) return undefined;
  rmSync(venv, { recursive: true, force: true });
  const steps: [string, ...string[]][] = [
    ['python3', '-m', 'venv', venv],
    [join(venv, 'bin/pip'), 'install', '--quiet', '--requirement', join(folder, 'requirements.txt')],
  ];
  for (const [command, ...args] of steps) {
    const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: BRING_MS });
    const reason = error?.message ?? stderr.trim().split('\n').at(-1) ?? '';
    if (status !== 0) return `Python 3 with venv and pip could not bring moto: ${reason}`;
  }
  writeFileSync(done, '');
  return undefined;
}
