import { PARTITIONS_DEFAULT } from '@tripline/model';
import { describeConfig, readConfig } from '@tripline/nest-kit';
import { z } from 'zod';

const schema = z.object({
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .describe('Kafka brokers, host:port, separated by commas'),
  DATABASE_URL: z
    .string()
    .min(1)
    .describe('PostgreSQL: the truth of the gate. The tables are made and brought up to date at start'),
  CONSENT: z
    .enum(['required', 'assumed'], 'must be required or assumed')
    .default('required')
    .describe('required: marketing goes only to who has agreed. assumed: to who has not said no; for demonstrations'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('Port for health and metrics'),
  PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_024)
    .default(PARTITIONS_DEFAULT)
    .describe('Partitions of every topic, the same for every service. Chosen once: another number later is refused at start'),
  INSTANCE: z.string().min(1).optional().describe('A name of this process for the brokers to log'),
  LOG_LEVEL: z.enum(['info', 'warn', 'error']).default('info').describe('The least level of log lines'),
});

export type SchedulerConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readSchedulerConfig = (env: Readonly<Record<string, string | undefined>> = process.env): SchedulerConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeSchedulerConfig = (): string => describeConfig(schema);
