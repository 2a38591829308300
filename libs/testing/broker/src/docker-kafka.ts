import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { HOST, freePorts } from './free-ports.js';
import { isReady } from './ready-probe.js';

const IMAGE = 'apache/kafka:4.3.1';
const READY_MS = 120_000;
const LOOK_MS = 200;

const docker = (...args: string[]): { readonly ok: boolean; readonly output: string } => {
  const { status, stdout, stderr } = spawnSync('docker', args, { encoding: 'utf8' });
  return { ok: status === 0, output: `${stdout ?? ''}${stderr ?? ''}` };
};

/** Undefined where a Docker engine answers. */
export const whyNoDocker = (): string | undefined =>
  docker('info', '--format', '{{.ServerVersion}}').ok ? undefined : 'no Docker engine answers';

/** One Apache Kafka in a container of its own, for machines that have Docker and no Java. */
export class DockerKafka {
  readonly #name = `tripline-kafka-${randomBytes(6).toString('hex')}`;
  #port = 0;

  constructor(private readonly heapMb: number) {}

  get brokers(): string[] {
    return [`${HOST}:${this.#port}`];
  }

  async open(): Promise<void> {
    [this.#port] = await freePorts();
    const settings = settingsOf(this.#port, this.heapMb).flatMap((setting) => ['--env', setting]);
    this.#must('run', '--detach', '--name', this.#name, '--publish', `${HOST}:${this.#port}:9092`, ...settings, IMAGE);
    await this.#ready();
  }

  async restart(): Promise<void> {
    this.#must('restart', this.#name);
    await this.#ready();
  }

  kill(): Promise<void> {
    this.#must('kill', this.#name);
    return Promise.resolve();
  }

  stop(): Promise<void> {
    docker('rm', '--force', '--volumes', this.#name);
    return Promise.resolve();
  }

  async #ready(): Promise<void> {
    for (const deadline = Date.now() + READY_MS; !(await isReady(HOST, this.#port));) {
      if (Date.now() > deadline) {
        const { output } = docker('logs', '--tail', '50', this.#name);
        await this.stop();
        throw new Error(`Kafka was not ready in time:\n${output}`);
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
  }

  #must(...args: string[]): void {
    const { ok, output } = docker(...args);
    if (!ok) throw new Error(`docker ${args[0] ?? ''} failed: ${output.trim()}`);
  }
}

const settingsOf = (port: number, heapMb: number): readonly string[] => [
  `KAFKA_HEAP_OPTS=-Xmx${heapMb}m`,
  'KAFKA_NODE_ID=1',
  'KAFKA_PROCESS_ROLES=broker,controller',
  'KAFKA_CONTROLLER_QUORUM_VOTERS=1@localhost:9093',
  'KAFKA_LISTENERS=PLAINTEXT://:9092,CONTROLLER://:9093',
  `KAFKA_ADVERTISED_LISTENERS=PLAINTEXT://${HOST}:${port}`,
  'KAFKA_LISTENER_SECURITY_PROTOCOL_MAP=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT',
  'KAFKA_CONTROLLER_LISTENER_NAMES=CONTROLLER',
  'KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS=0',
  'KAFKA_AUTO_CREATE_TOPICS_ENABLE=false',
  'KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS=4',
  'KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR=1',
  'KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR=1',
  'KAFKA_TRANSACTION_STATE_LOG_MIN_ISR=1',
];
