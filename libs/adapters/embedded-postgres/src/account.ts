import { accessSync, chownSync, constants, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { OperatingError } from '@tripline/kernel';

/** Who the server runs as. PostgreSQL refuses root; then it is an account of the machine that is not. */
export type Account = { readonly uid: number; readonly gid: number };

/** Accounts taken when the process is root, the first that exists. */
const CANDIDATES = ['postgres', 'node', 'nobody'];

/** Undefined where the process is not root: the server runs as the process does. */
export function chooseAccount(): Account | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  for (const name of CANDIDATES) {
    const found = lines.find((line) => line[0] === name);
    if (found !== undefined) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw new OperatingError(
    'postgres-account',
    'never',
    `PostgreSQL refuses to run as root, and there is none of ${CANDIDATES.join(', ')}`,
  );
}

export function giveTo(path: string, account: Account | undefined): void {
  if (account !== undefined) chownSync(path, account.uid, account.gid);
}

/**
 * The command that runs `argv` as the account. Where a folder above `paths` is closed to it (a clone in root's home), the capability
 * to pass through folders is kept: nothing else would do short of opening that folder to everybody.
 */
export function commandAs(account: Account | undefined, paths: readonly string[], argv: readonly string[]): readonly string[] {
  if (account === undefined || paths.every((path) => reachable(path, account))) return argv;
  try {
    accessSync('/usr/bin/setpriv', constants.X_OK);
  } catch (cause) {
    throw new OperatingError(
      'data-folder-closed',
      'never',
      `a folder above ${paths.join(' or ')} is closed to uid ${account.uid}, whom PostgreSQL runs as`,
      { cause },
    );
  }
  const who = [`--reuid=${account.uid}`, `--regid=${account.gid}`, '--clear-groups'];
  return ['/usr/bin/setpriv', ...who, '--inh-caps=+dac_override', '--ambient-caps=+dac_override', ...argv];
}

/** May the account pass through every folder above the path? */
function reachable(path: string, account: Account): boolean {
  const above = dirname(resolve(path));
  const { mode, uid, gid } = statSync(above);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  return (mode & bit) !== 0 && (above === dirname(above) || reachable(above, account));
}
