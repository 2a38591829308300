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

const schema = z.object({
  KAFKA_BROKERS,
  DATABASE_URL: z
    .string()
    .min(1)
    .describe('PostgreSQL: the truth of the gate. The tables are made and brought up to date at start'),
  CONSENT: z
    .enum(['required', 'assumed'], 'must be required or assumed')
    .default('required')
    .describe('required: marketing goes only to who has agreed. assumed: to who has not said no; for demonstrations'),
  PORT: portSetting('Port for health and metrics'),
  PARTITIONS: partitionsSetting(),
  INSTANCE,
  LOG_LEVEL,
});

export type SchedulerConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readSchedulerConfig = (env: Readonly<Record<string, string | undefined>> = process.env): SchedulerConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeSchedulerConfig = (): string => describeConfig(schema);
