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

/** A bucket with the folder in it, `prefix` with its slash; or a directory. */
export type SnapshotPlace = { readonly bucket: string; readonly prefix: string } | { readonly directory: string };

function toPlace(text: string, context: z.RefinementCtx): SnapshotPlace {
  if (!/^[a-z0-9]+:\/\//i.test(text)) return { directory: text };
  const [, bucket, folder = ''] = /^s3:\/\/([a-z0-9][a-z0-9.-]+)(?:\/([a-z0-9._/-]*[a-z0-9]))?\/?$/.exec(text) ?? [];
  if (bucket !== undefined) return { bucket, prefix: folder === '' ? '' : `${folder}/` };
  context.addIssue({
    code: 'custom',
    message: 'must be a folder, or s3://bucket/folder in lower-case letters, digits, dots and hyphens',
  });
  return z.NEVER;
}

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
  SNAPSHOTS: z
    .string()
    .min(1)
    .transform(toPlace)
    .describe(
      'Where snapshots of tasks are kept, the same for every processor: a folder on a volume that all of them mount, or s3://bucket or s3://bucket/folder (credentials as AWS_… variables, a profile, or the role of the machine). From there a task goes on whose own disk is lost',
    ),
  S3_ENDPOINT: z
    .url({ protocol: /^https?$/, message: 'must be an http(s) address' })
    .optional()
    .describe('SNAPSHOTS: the address of a server that speaks S3, where it is not that of AWS'),
  S3_REGION: z.string().min(1).optional().describe('SNAPSHOTS: the region of the bucket, where AWS_REGION does not say'),
  INSTANCE: z
    .string()
    .min(1)
    .optional()
    .describe('A name of this process that outlives restarts (a StatefulSet gives the pod name): the same tasks come back to it'),
  PORT: portSetting('Port for health, metrics and questions about a person'),
  ADVERTISED_URL: z
    .url({ protocol: /^https?$/, message: 'must be an http(s) address' })
    .optional()
    .describe(
      'Where the other processors ask this one about a person: any of them answers for all. http://<host name>:<PORT> unless set; in Kubernetes that of the pod, not of a service',
    ),
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
