import {
  describeConfig,
  INSTANCE,
  KAFKA_BROKERS,
  listSetting,
  LOG_LEVEL,
  partitionsSetting,
  portSetting,
  readConfig,
} from '@tripline/nest-kit';
import { z } from 'zod';

const schema = z.object({
  KAFKA_BROKERS,
  DATABASE_URL: z
    .string()
    .min(1)
    .describe('PostgreSQL: what is published, messages, the mailbox. The tables are made and brought up to date at start'),
  PROCESSOR_URLS: listSetting
    .pipe(z.array(z.url({ protocol: /^https?$/, message: 'must be http(s) addresses, separated by commas' })))
    .describe(
      'Where a processor answers, any one: it finds the owner of a task. Several, separated by commas, are asked one after the other where one does not answer',
    ),
  API_TOKEN: z
    .string()
    .min(16, 'must have 16 characters or more')
    .optional()
    .describe('Asked of every request under /api as a bearer token; without one the API is open to whoever reaches it'),
  PORT: portSetting('Port for the API, the page, health and metrics'),
  PARTITIONS: partitionsSetting(),
  INSTANCE,
  LOG_LEVEL,
});

export type ControlConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readControlConfig = (env: Readonly<Record<string, string | undefined>> = process.env): ControlConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeControlConfig = (): string => describeConfig(schema);
