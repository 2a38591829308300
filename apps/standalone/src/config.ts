import { describeConfig, portSetting, readConfig } from '@tripline/nest-kit';
import { z } from 'zod';

const schema = z.object({
  PORT: portSetting('The one port: /v1 for events, /api, the page, /health, /metrics'),
  HOST: z
    .string()
    .min(1)
    .default('127.0.0.1')
    .describe('The address to listen on; 0.0.0.0 lets other machines in, and there is no log-in'),
  DATA_DIR: z
    .string()
    .min(1)
    .default('.data')
    .describe('Where everything is kept: the log, the state of the tasks, PostgreSQL. Remove it to begin anew'),
  PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(64)
    .default(8)
    .describe('Partitions of the embedded log. Chosen once for a DATA_DIR'),
  LOG_LEVEL: z.enum(['info', 'warn', 'error']).default('warn').describe('The least level of log lines'),
});

export type StandaloneConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readStandaloneConfig = (env: Readonly<Record<string, string | undefined>> = process.env): StandaloneConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeStandaloneConfig = (): string => describeConfig(schema);
