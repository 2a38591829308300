import {
  describeConfig,
  INSTANCE,
  KAFKA_BROKERS,
  LOG_LEVEL,
  partitionsSetting,
  portSetting,
  readConfig,
} from '@tripline/nest-kit';
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
  KAFKA_BROKERS,
  WRITE_KEYS: writeKeys.describe('Write keys and the names of their sources, as key1=web,key2=shop'),
  PORT: portSetting('Port for /v1, health and metrics'),
  PARTITIONS: partitionsSetting('tripline.events'),
  INSTANCE,
  LOG_LEVEL,
});

export type CollectorConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readCollectorConfig = (env: Readonly<Record<string, string | undefined>> = process.env): CollectorConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeCollectorConfig = (): string => describeConfig(schema);
