import { parseDuration, type Duration } from '@tripline/kernel';
import { describeConfig, KAFKA_BROKERS, LOG_LEVEL, partitionsSetting, portSetting, readConfig } from '@tripline/nest-kit';
import { z } from 'zod';

const CHECKPOINT_EVERY_DEFAULT = '5s';

const duration = z.string().transform((text, context): Duration => {
  const length = parseDuration(text);
  if (length !== undefined && length > 0) return length;
  context.addIssue({ code: 'custom', message: 'is not a duration: write for example 5s or 1m' });
  return z.NEVER;
});

function toSkips(text: string): ReadonlyMap<number, ReadonlySet<number>> {
  const skips = new Map<number, Set<number>>();
  for (const [partition = 0, offset = 0] of text.split(',').map((part) => part.split('/').map(Number)))
    skips.set(partition, (skips.get(partition) ?? new Set()).add(offset));
  return skips;
}

/** The manual: `describeProcessorConfig` prints it. */
const schema = z.object({
  KAFKA_BROKERS,
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
  PORT: portSetting('Port for health, metrics and questions about a person'),
  PARTITIONS: partitionsSetting('tripline.events'),
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
  SKIP_RECORDS: z
    .string()
    .regex(/^\d+\/\d+(,\d+\/\d+)*$/, 'must be partition/offset, separated by commas')
    .transform(toSkips)
    .optional()
    .describe(
      'Records of tripline.events that are set aside unread, partition/offset, separated by commas: for one that ends the process whenever it is read. The same for every processor, and for as long as the log keeps the record',
    ),
  LOG_LEVEL,
});

export type ProcessorConfig = z.output<typeof schema>;

/** Throws a `ConfigError` that names every bad variable. */
export const readProcessorConfig = (env: Readonly<Record<string, string | undefined>> = process.env): ProcessorConfig =>
  readConfig(schema, env);

/** The text of `.env.example`. */
export const describeProcessorConfig = (): string => describeConfig(schema);
