// Brings a checkout to where it can run, with nothing but Node itself: installs what is missing or out of date, builds, and says so.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const STAMP = join(root, 'node_modules/.tripline-installed');

const say = (text) => console.log(`tripline: ${text}`);

export function run(command, args, env = {}) {
  const windows = process.platform === 'win32';
  const { status, signal } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: windows,
    env: { ...process.env, ...env },
  });
  return signal === null ? (status ?? 1) : 1;
}

/** Runs nx by path: `npx nx` would fetch another version where none is installed. */
export const nx = (...args) =>
  run(process.execPath, [join(root, 'node_modules/nx/dist/bin/nx.js'), ...args], { NX_DAEMON: 'false' });

function checkNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  console.error(`tripline: Node ${process.versions.node} is too old; install Node 24, 22.12+ or 20.19+`);
  process.exit(1);
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

/** Remembers which lock file was installed; npm calls this after every install (`postinstall`). */
export const stamp = () => writeFileSync(STAMP, lockHash());

/** Installs with `npm ci` when the lock file is not the one that was installed. */
export function install() {
  checkNode();
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lockHash()) return;
  say('installing packages (a minute or two, once) …');
  const status = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  if (status !== 0) process.exit(status);
  stamp();
}

/** Builds the project and what it depends on; what is up to date is not built again. */
export function build(project) {
  say(`building ${project} where it is out of date …`);
  const status = nx('run-many', '-t', 'build', '-p', `@tripline/${project}`, '--output-style=static');
  if (status !== 0) process.exit(status);
}
