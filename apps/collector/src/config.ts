import { PARTITIONS_DEFAULT } from '@tripline/model';
import { describeConfig, readConfig } from '@tripline/nest-kit';
import { z } from 'zod';

const PAIR = /^([^=,\s]+)=([^=,\s]+)$/;

/** `key=name` pairs; the problem names no key, for its place is the log. */
const writeKeys = z.string().transform((text, context): Record<string, string> => {
  const pairs = text.split(',').map((pair) => PAIR.exec(pair.trim()));
  if (pairs.every((pair) => pair !== null)) return Object.fromEntries(pairs.map(([, key = '', name = '']) => [key, name]));
  context.addIssue({ code: 'custom', message: 'must be pairs of write key and source name, as key1=web,key2=shop' });
  return z.NEVER;
});

const schema = z.object({
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .describe('Kafka brokers, host:port, separated by commas'),
  WRITE_KEYS: writeKeys.describe('Write keys and the names of their sources, as key1=web,key2=shop'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('Port for /v1, health and metrics'),
  PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_024)
    .default(PARTITIONS_DEFAULT)
    .describe('Partitions of tripline.events, the same for every service. Chosen once: another number later is refused at start'),
  INSTANCE: z.string().min(1).optional().describe('A name of this process for the brokers to log'),
  LOG_LEVEL: z.enum(['info', 'warn', 'error']).default('info').describe('The least level of log lines'),
});

export type CollectorConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readCollectorConfig = (env: Readonly<Record<string, string | undefined>> = process.env): CollectorConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeCollectorConfig = (): string => describeConfig(schema);
