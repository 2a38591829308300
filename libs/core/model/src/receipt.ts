import { accept, deriveId, refuse, type Instant, type Parsed } from '@tripline/kernel';
import { z } from 'zod';
import { CHANNELS, type Channel } from './channel.js';
import { FINAL_STATUSES, LATER_STATUSES, type OutcomeStatus } from './outcome.js';
import { problemsOf } from './problems.js';
import { countSchema, instantSchema, textSchema } from './record-fields.js';

/**
 * What became of an action: a record of `tripline.receipts`, keyed by person, written by the scheduler and the dispatchers.
 * `deferred` is between those two only (the provider asked to come again at `retryAt`); every other status is told to the
 * person's task as the event `<channel>.<status>`.
 */
export type Receipt = {
  readonly id: string;
  readonly action: string;
  readonly run: string;
  readonly person: string;
  readonly trigger: string;
  readonly step: string;
  readonly channel: Channel;
  readonly status: OutcomeStatus | 'deferred';
  /** A reason code, for every status but `sent`. */
  readonly reason?: string;
  readonly at: Instant;
  readonly depth: number;
  readonly attempt?: number;
  readonly retryAt?: Instant;
  readonly provider?: string;
  readonly providerMessageId?: string;
};

/** The same action reaches each status under one id; what a provider tells repeatedly (two opens) carries its own event id too. */
export const receiptId = (action: string, status: Receipt['status'], distinct = ''): string =>
  deriveId('rcp', action, status, distinct);

const schema = z.object({
  id: textSchema,
  action: textSchema,
  run: textSchema,
  person: textSchema,
  trigger: textSchema,
  step: textSchema,
  channel: z.enum(CHANNELS),
  status: z.enum([...FINAL_STATUSES, ...LATER_STATUSES, 'deferred']),
  reason: textSchema.exactOptional(),
  at: instantSchema,
  depth: countSchema,
  attempt: countSchema.exactOptional(),
  retryAt: instantSchema.exactOptional(),
  provider: textSchema.exactOptional(),
  /** In the provider's own words, however long: nothing of it is kept. */
  providerMessageId: z.string().min(1).exactOptional(),
});

export function parseReceipt(value: unknown): Parsed<Receipt> {
  const parsed = schema.safeParse(value);
  return parsed.success ? accept(parsed.data) : refuse(...problemsOf(parsed.error));
}
