import { parseDuration, type Duration } from '@tripline/kernel';
import { PARTITIONS_DEFAULT } from '@tripline/model';
import { describeConfig, readConfig } from '@tripline/nest-kit';
import { z } from 'zod';

const CHECKPOINT_EVERY_DEFAULT = '5s';

const duration = z.string().transform((text, context): Duration => {
  const length = parseDuration(text);
  if (length !== undefined && length > 0) return length;
  context.addIssue({ code: 'custom', message: 'is not a duration: write for example 5s or 1m' });
  return z.NEVER;
});

/** The manual: `describeProcessorConfig` prints it. */
const schema = z.object({
  KAFKA_BROKERS: z
    .string()
    .transform((text) => text.split(',').map((broker) => broker.trim()))
    .pipe(z.array(z.string().regex(/^\S+:\d+$/, 'must be host:port, separated by commas')))
    .describe('Kafka brokers, host:port, separated by commas'),
  STATE_DIR: z
    .string()
    .min(1)
    .describe(
      'Where the state of the tasks is kept, one folder a task. On a disk of this instance alone, that outlives restarts: what is lost is replayed from the log',
    ),
  INSTANCE: z
    .string()
    .min(1)
    .optional()
    .describe('A name of this process that outlives restarts (a StatefulSet gives the pod name): the same tasks come back to it'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('Port for health, metrics and questions about a person'),
  PARTITIONS: z.coerce
    .number()
    .int()
    .min(1)
    .max(1_024)
    .default(PARTITIONS_DEFAULT)
    .describe('Partitions of tripline.events, the same for every service. Chosen once: another number later is refused at start'),
  CHECKPOINT_EVERY: duration
    .default(duration.parse(CHECKPOINT_EVERY_DEFAULT))
    .describe(
      `How often a task writes its state, at the least (${CHECKPOINT_EVERY_DEFAULT}); what came later is replayed after a crash`,
    ),
  START_FROM: z
    .enum(['beginning', 'earliest'])
    .default('beginning')
    .describe(
      'Where a task without state begins. beginning: at the first record ever, and it stops where that is gone. earliest: at the first that is left, to accept the loss; set it for one start only',
    ),
  LOG_LEVEL: z.enum(['info', 'warn', 'error']).default('info').describe('The least level of log lines'),
});

export type ProcessorConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readProcessorConfig = (env: Readonly<Record<string, string | undefined>> = process.env): ProcessorConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeProcessorConfig = (): string => describeConfig(schema);
