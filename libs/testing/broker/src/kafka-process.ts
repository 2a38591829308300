import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, HOST } from './free-ports.js';
import { guard } from './guard.js';
import { classPath, kafkaFolder } from './kafka-jars.js';
import { isReady } from './ready-probe.js';

const READY_MS = 90_000;
const LOOK_MS = 50;
const STOP_MS = 20_000;
const OUTPUT_MAX_CHARS = 20_000;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One Apache Kafka, broker and controller in one process, on free ports of this machine, its data in a temporary folder. */
export class KafkaProcess {
  readonly #folder = mkdtempSync(join(tmpdir(), 'tripline-kafka-'));
  readonly #heapMb: number;
  #port = 0;
  #java: ChildProcess | undefined;
  #guard: ChildProcess | undefined;
  #output = '';

  constructor(heapMb: number) {
    this.#heapMb = heapMb;
  }

  get brokers(): string[] {
    return [`${HOST}:${this.#port}`];
  }

  /** Formats the data folder and starts; ready when resolved. */
  async open(): Promise<void> {
    const [port, controllerPort] = await freePorts();
    this.#port = port;
    writeFileSync(this.#properties, properties(port, controllerPort, join(this.#folder, 'data')));
    const id = randomBytes(16).toString('base64url');
    const format = ['-cp', classPath(), this.#logging, 'kafka.tools.StorageTool', 'format', '--standalone', `--cluster-id=${id}`];
    const { status, stdout, stderr } = spawnSync('java', [...format, '-c', this.#properties], { encoding: 'utf8' });
    if (status !== 0) throw new Error(`Kafka's data folder could not be formatted: ${stdout}${stderr}`);
    await this.restart();
  }

  /** Starts again where it was stopped or killed: same ports, same data. */
  async restart(): Promise<void> {
    await this.#end('SIGTERM');
    const heap = `-Xmx${this.#heapMb}m`;
    const args = [heap, '-XX:+UseSerialGC', '-cp', classPath(), this.#logging, 'kafka.Kafka', this.#properties];
    const java = spawn('java', args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: this.#folder });
    this.#java = java;
    for (const stream of [java.stdout, java.stderr])
      stream.on('data', (bytes: Buffer) => (this.#output = (this.#output + bytes.toString()).slice(-OUTPUT_MAX_CHARS)));
    this.#guard = guard(java, this.#folder);
    java.unref();
    await this.#ready(java);
  }

  /** As a machine that loses its power: no goodbye to anybody. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#end('SIGTERM');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  get #properties(): string {
    return join(this.#folder, 'server.properties');
  }

  get #logging(): string {
    return `-Dlog4j2.configurationFile=${join(kafkaFolder, 'log4j2.properties')}`;
  }

  async #ready(java: ChildProcess): Promise<void> {
    const deadline = Date.now() + READY_MS;
    while (!(await isReady(HOST, this.#port))) {
      const over = java.exitCode !== null || java.signalCode !== null;
      if (over || Date.now() > deadline) {
        await this.#end('SIGKILL');
        throw new Error(`Kafka ${over ? 'ended' : 'was not ready in time'}:\n${this.#output}`);
      }
      await pause(LOOK_MS);
    }
  }

  async #end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const java = this.#java;
    this.#guard?.kill('SIGKILL');
    this.#guard = undefined;
    this.#java = undefined;
    if (java === undefined || java.exitCode !== null || java.signalCode !== null) return;
    const ended = new Promise((resolve) => java.once('exit', resolve));
    const impatience = setTimeout(() => java.kill('SIGKILL'), STOP_MS);
    java.kill(signal);
    await ended;
    clearTimeout(impatience);
  }
}

const properties = (port: number, controllerPort: number, folder: string): string => `process.roles=broker,controller
node.id=1
controller.quorum.bootstrap.servers=${HOST}:${controllerPort}
listeners=PLAINTEXT://${HOST}:${port},CONTROLLER://${HOST}:${controllerPort}
advertised.listeners=PLAINTEXT://${HOST}:${port}
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
log.dirs=${folder}
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
offsets.topic.num.partitions=4
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
`;
