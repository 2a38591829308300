import type { Watch } from '@tripline/ports';
import kafkajs, { type Kafka, type KafkaConfig, type LogEntry } from 'kafkajs';
import { assertVersion, repairTimer } from './client-internals.js';
import { registerCodecs } from './codecs.js';

export type KafkaLogOptions = {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly watch: Watch;
  /** For clusters that ask for them; as the client takes them, from the app's configuration. */
  readonly ssl?: boolean;
  readonly sasl?: {
    readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512';
    readonly username: string;
    readonly password: string;
  };
};

const CONNECT_MS = 3_000;
const REQUEST_MS = 30_000;
const RETRY = { initialRetryTime: 100, maxRetryTime: 3_000, retries: 8, restartOnFailure: () => Promise.resolve(false) };

/**
 * One client object. Each consumer has its own: the client keeps committed offsets by group in one place per object, and two members
 * of a group would overwrite each other's.
 */
export function makeClient({ brokers, clientId, watch, ssl, sasl }: KafkaLogOptions): Kafka {
  prepareClient();
  const config: KafkaConfig = {
    brokers: [...brokers],
    clientId,
    connectionTimeout: CONNECT_MS,
    requestTimeout: REQUEST_MS,
    retry: RETRY,
    logLevel: kafkajs.logLevel.WARN,
    logCreator: () => (entry) => forward(entry, watch),
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl: sasl as NonNullable<KafkaConfig['sasl']> }),
  };
  return new kafkajs.Kafka(config);
}

let prepared = false;

/** What the client needs done to it once: this very version of it, codecs, and the repair of its timer. */
function prepareClient(): void {
  if (prepared) return;
  assertVersion();
  registerCodecs();
  repairTimer();
  prepared = true;
}

/** The client logs as errors what it then retries; what ends it comes to us as an error of its own. */
function forward({ namespace, log }: LogEntry, watch: Watch): void {
  const error = typeof log['error'] === 'string' ? log['error'] : undefined;
  watch.logger.warn('kafka.client', { namespace, message: log.message, error });
  watch.meter.count('tripline_kafka_client_warnings_total');
}
