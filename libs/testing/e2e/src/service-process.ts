import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from './system.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../../../..');
const START_MS = 90_000;
const STOP_MS = 30_000;
const OUTPUT_KEPT = 400_000;
/** Of it, what is told when it does not start. */
const OUTPUT_TOLD = 6_000;

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** One built app as a process of its own: started when its `/health` is ok, stopped or killed by its handle. */
export class ServiceProcess {
  readonly #app: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #port: number;
  #child: ChildProcess | undefined;
  /** What the last one that ended ended with. */
  exitCode: number | null = null;
  #output = '';

  constructor(app: string, port: number, env: Readonly<Record<string, string>>) {
    this.#app = app;
    this.#port = port;
    this.#env = env;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** The last of what it wrote, for when a test fails. */
  get output(): string {
    return this.#output;
  }

  async start(): Promise<void> {
    const { PATH = '', HOME = '' } = process.env;
    const env = { PATH, HOME, ...this.#env, PORT: String(this.#port) };
    const child = spawn(process.execPath, [join(root, `apps/${this.#app}/dist/main.js`)], {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const keep = (chunk: Buffer): void => void (this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_KEPT));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.#child = child;
    const healthy = async (): Promise<true | undefined> => {
      if (child.exitCode !== null) throw new Error(`${this.#app} ended with ${child.exitCode}:\n${this.#output}`);
      return (await fetch(`${this.url}/health`).then(
        (r) => r.ok,
        () => false,
      ))
        ? true
        : undefined;
    };
    await eventually(`${this.#app} to be healthy`, healthy, START_MS).catch((error: unknown) => {
      throw new Error(`${String(error)}\n${this.#output.slice(-OUTPUT_TOLD)}`);
    });
  }

  /** Sent to the process as it runs: SIGSTOP pauses it, SIGCONT lets it go on. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  kill(): Promise<void> {
    return this.#end('SIGKILL');
  }

  stop(): Promise<void> {
    return this.#end('SIGTERM');
  }

  async #end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    const overdue = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
    await ended;
    clearTimeout(overdue);
    this.exitCode = child.exitCode;
  }
}
