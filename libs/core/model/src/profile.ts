import { accept, refuse, type JsonObject, type Parsed } from '@tripline/kernel';
import { z } from 'zod';
import { problemsOf } from './problems.js';
import { dataSchema, textSchema } from './record-fields.js';

/** What is known of one person, as their task tells it on `tripline.profiles` at each change; a lower revision is ignored. */
export type Profile = {
  readonly person: string;
  /** Counts the changes of this person's traits, from 1. */
  readonly revision: number;
  readonly traits: JsonObject;
};

/** Traits past this many bytes of JSON, a person: the change is refused and counted. */
export const TRAITS_BYTES_MAX = 16_384;

const schema = z.object({ person: textSchema, revision: z.int().min(1), traits: dataSchema });

export function parseProfile(value: unknown): Parsed<Profile> {
  const parsed = schema.safeParse(value);
  return parsed.success ? accept(parsed.data) : refuse(...problemsOf(parsed.error));
}
