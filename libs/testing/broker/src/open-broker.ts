import { DockerKafka, whyNoDocker } from './docker-kafka.js';
import { bringJars } from './kafka-jars.js';
import { KafkaProcess } from './kafka-process.js';

/** A Kafka to test against. One given by `KAFKA_BROKERS` is not ours: `stop`, `kill` and `restart` leave it alone and say so. */
export type Broker = {
  readonly brokers: string[];
  /** Started by this process, so that it may be killed and restarted. */
  readonly ours: boolean;
  stop(): Promise<void>;
  kill(): Promise<void>;
  restart(): Promise<void>;
};

/** Why there is no broker, and how to get one. */
export type Unavailable = { readonly unavailable: string };

const CURE = 'set KAFKA_BROKERS=host:port, or install Java 17 and Maven (Apache Kafka is then brought by itself), or Docker';
const HEAP_MB = 512;

/** Undefined where `openBroker` will find a broker; else why not. Brings Kafka's jars where they are missing. */
export function whyNoBroker(): string | undefined {
  if (givenBrokers() !== undefined) return undefined;
  const noJars = bringJars();
  if (noJars === undefined) return undefined;
  const noDocker = whyNoDocker();
  return noDocker === undefined ? undefined : `no Kafka: ${noJars}, and ${noDocker}; ${CURE}`;
}

/** A real Kafka: the one of `KAFKA_BROKERS`, else Apache Kafka started for this process, as a Java process or in a container. `heapMb` defaults to 512. */
export async function openBroker(heapMb = HEAP_MB): Promise<Broker | Unavailable> {
  const given = givenBrokers();
  if (given !== undefined) return foreign(given);
  const unavailable = whyNoBroker();
  if (unavailable !== undefined) return { unavailable };
  const kafka = bringJars() === undefined ? new KafkaProcess(heapMb) : new DockerKafka(heapMb);
  await kafka.open();
  return {
    brokers: kafka.brokers,
    ours: true,
    stop: () => kafka.stop(),
    kill: () => kafka.kill(),
    restart: () => kafka.restart(),
  };
}

function givenBrokers(): string[] | undefined {
  const brokers = (process.env['KAFKA_BROKERS'] ?? '').split(',').filter((b) => b !== '');
  return brokers.length === 0 ? undefined : brokers;
}

function foreign(brokers: string[]): Broker {
  const refuse = (): Promise<void> => Promise.reject(new Error('the broker of KAFKA_BROKERS is not ours to stop'));
  return { brokers, ours: false, stop: () => Promise.resolve(), kill: refuse, restart: refuse };
}
