import { accept, refuse, type Duration, type Instant, type JsonObject, type Parsed } from '@tripline/kernel';
import { z } from 'zod';
import { CHANNELS, PURPOSES, type Channel, type Purpose } from './channel.js';
import { problemsOf } from './problems.js';
import { countSchema, dataSchema, durationSchema, instantSchema, textSchema } from './record-fields.js';

/**
 * One message or call a firing asks for, as the engine intends it: whether is decided, when and how are not.
 * A record of `tripline.actions`, keyed by person. The same input gives the same action, id included.
 */
export type Action = {
  readonly kind: 'action';
  readonly id: string;
  readonly run: string;
  readonly firing: string;
  readonly person: string;
  readonly trigger: string;
  readonly version: number;
  readonly step: string;
  readonly channel: Channel;
  readonly template: string;
  readonly purpose: Purpose;
  readonly topic?: string;
  /** What `with` came to. */
  readonly data: JsonObject;
  /** When it was decided, in the log's own time: its deadline, or the event time of what completed it. Ids are unique within the UTC day of it. */
  readonly decided: Instant;
  /** From when staleness counts: the later of deadline + settle and the `received` of the completing record. */
  readonly ready: Instant;
  readonly grace: Duration;
  /** The first instant at which it is too late to send. */
  readonly expires: Instant;
  /** How many triggers caused one another up to this one, from 1. */
  readonly depth: number;
  /** The profile's revision the decision was taken on: the gate waits until its projection has reached it. */
  readonly profileRevision: number;
  /** It is shown on the page the person is on, or not at all. */
  readonly bound?: 'page';
  /** The message ids of the events that its condition took, by alias: one, or those of `times`. */
  readonly events?: { readonly [alias: string]: string | readonly string[] };
};

/** Takes an action back that has not gone out. One that comes before its action is kept, and wins. */
export type Recall = {
  readonly kind: 'recall';
  readonly id: string;
  readonly action: string;
  readonly run: string;
  readonly person: string;
  readonly trigger: string;
  readonly reason: string;
  readonly at: Instant;
};

const actionSchema = z.object({
  kind: z.literal('action'),
  id: textSchema,
  run: textSchema,
  firing: textSchema,
  person: textSchema,
  trigger: textSchema,
  version: z.int32(),
  step: textSchema,
  channel: z.enum(CHANNELS),
  template: textSchema,
  purpose: z.enum(PURPOSES),
  topic: textSchema.exactOptional(),
  data: dataSchema,
  decided: instantSchema,
  ready: instantSchema,
  grace: durationSchema,
  expires: instantSchema,
  depth: countSchema,
  profileRevision: z.int().min(0),
  bound: z.literal('page').exactOptional(),
  events: z.record(textSchema, z.union([textSchema, z.array(textSchema)])).exactOptional(),
});
const recallSchema = z.object({
  kind: z.literal('recall'),
  id: textSchema,
  action: textSchema,
  run: textSchema,
  person: textSchema,
  trigger: textSchema,
  reason: textSchema,
  at: instantSchema,
});
const schema = z.discriminatedUnion('kind', [actionSchema, recallSchema]);

/** Reads the value of a record of `tripline.actions`. */
export function parseActionOrRecall(value: unknown): Parsed<Action | Recall> {
  const parsed = schema.safeParse(value);
  return parsed.success ? accept(parsed.data) : refuse(...problemsOf(parsed.error));
}
