import { PARTITIONS_DEFAULT } from '@tripline/model';
import { describeConfig, readConfig } from '@tripline/nest-kit';
import { z } from 'zod';

const list = z.string().transform((text) => text.split(',').map((part) => part.trim()));

const schema = z.object({
  KAFKA_BROKERS: list.describe('Kafka brokers, host:port, separated by commas'),
  DATABASE_URL: z
    .string()
    .min(1)
    .describe('PostgreSQL: what is published, messages, the mailbox. The tables are made and brought up to date at start'),
  PROCESSOR_URLS: list
    .pipe(z.array(z.url({ protocol: /^https?$/, message: 'must be http(s) addresses, separated by commas' })))
    .describe(
      'Where the processors answer, separated by commas; a name that stands for several is asked at each of its addresses',
    ),
  API_TOKEN: z
    .string()
    .min(16, 'must have 16 characters or more')
    .optional()
    .describe('Asked of every request under /api as a bearer token; without one the API is open to whoever reaches it'),
  PORT: z.coerce.number().int().min(0).max(65_535).default(8080).describe('Port for the API, the page, health and metrics'),
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

export type ControlConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readControlConfig = (env: Readonly<Record<string, string | undefined>> = process.env): ControlConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeControlConfig = (): string => describeConfig(schema);
