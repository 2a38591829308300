import { accept, refuse, type Instant, type JsonObject, type Parsed } from '@tripline/kernel';
import { z } from 'zod';
import { CHANNELS, PURPOSES, type Channel, type Purpose } from './channel.js';
import { problemsOf } from './problems.js';
import { countSchema, dataSchema, instantSchema, textSchema } from './record-fields.js';

/** An action handed to a channel: a record of `tripline.dispatch.<channel>`, keyed by person. Its id is the action's. */
export type Dispatch = {
  readonly action: string;
  readonly run: string;
  readonly person: string;
  readonly trigger: string;
  readonly step: string;
  readonly channel: Channel;
  readonly template: string;
  readonly purpose: Purpose;
  readonly topic?: string;
  readonly data: JsonObject;
  /** The address consent and suppression were judged for; absent where the channel needs none (web, webhook). */
  readonly to?: string;
  readonly expires: Instant;
  readonly depth: number;
  /** From 1; a retry that the scheduler hands over again counts on. */
  readonly attempt: number;
  /** As in the action. */
  readonly bound?: 'page';
};

const schema = z.object({
  action: textSchema,
  run: textSchema,
  person: textSchema,
  trigger: textSchema,
  step: textSchema,
  channel: z.enum(CHANNELS),
  template: textSchema,
  purpose: z.enum(PURPOSES),
  topic: textSchema.exactOptional(),
  data: dataSchema,
  to: textSchema.exactOptional(),
  expires: instantSchema,
  depth: countSchema,
  attempt: countSchema,
  bound: z.literal('page').exactOptional(),
});

export function parseDispatch(value: unknown): Parsed<Dispatch> {
  const parsed = schema.safeParse(value);
  return parsed.success ? accept(parsed.data) : refuse(...problemsOf(parsed.error));
}
