import { spawn, type ChildProcess } from 'node:child_process';

const GUARD = `process.stdin.resume().on('end', () => {
  try { process.kill(Number(process.argv[1]), 'SIGKILL'); } catch {}
  require('node:fs').rmSync(process.argv[2], { recursive: true, force: true });
});`;

/**
 * Kills `child` and takes `folder` away when this process is gone, however it went: then the guard's standard input ends. Whoever ends
 * the child ends its guard.
 */
export function guard(child: ChildProcess, folder: string): ChildProcess {
  const args = ['-e', GUARD, String(child.pid), folder];
  const watcher = spawn(process.execPath, args, { stdio: ['pipe', 'ignore', 'ignore'] });
  watcher.unref();
  return watcher;
}
