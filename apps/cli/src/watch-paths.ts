import { resolve } from 'node:path';
import { watch } from 'chokidar';
import { isDocumentName } from './document-files.js';

/** Editors write a file in several goes: a run begins when so long nothing more has changed. */
const QUIET_MS = 100;

/**
 * Runs once, and again after each change in the files and folders, one run at a time, until `interrupted`. A path that is not there yet is
 * waited for.
 */
export async function runOnChange(
  paths: readonly string[],
  run: () => Promise<void>,
  interrupted: () => Promise<void>,
): Promise<void> {
  const given = new Set(paths.map((path) => resolve(path)));
  const watcher = watch([...given], {
    ignoreInitial: true,
    ignored: (path, stats) => stats?.isFile() === true && !given.has(path) && !isDocumentName(path),
  });
  await new Promise<void>((ready) => watcher.once('ready', () => ready()));
  let running = run();
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      running = running.then(run);
    }, QUIET_MS);
  });
  await interrupted();
  clearTimeout(timer);
  await watcher.close();
  await running;
}
