import { PARTITIONS_DEFAULT } from '@tripline/model';
import { z } from 'zod';

/** Items parted by commas. */
export const listSetting = z
  .string()
  .min(1)
  .transform((text) => text.split(',').map((part) => part.trim()));

/** The variables that several services have, each with its description: one that means the same reads the same everywhere. */
export const KAFKA_BROKERS = listSetting
  .pipe(z.array(z.string().regex(/^\S+:\d+$/, 'must be host:port, separated by commas')))
  .describe('Kafka brokers, host:port, separated by commas');
export const INSTANCE = z.string().min(1).optional().describe('A name of this process for the brokers to log');
export const LOG_LEVEL = z.enum(['info', 'warn', 'error']).default('info').describe('The least level of log lines');

export const portSetting = (what: string) => z.coerce.number().int().min(0).max(65_535).default(8080).describe(what);

/** `topics` are those that have so many. */
export const partitionsSetting = (topics = 'every topic') =>
  z.coerce
    .number()
    .int()
    .min(1)
    .max(1_024)
    .default(PARTITIONS_DEFAULT)
    .describe(`Partitions of ${topics}, the same for every service. Chosen once: another number later is refused at start`);
