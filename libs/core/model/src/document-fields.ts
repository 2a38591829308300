import { parseDuration, type Duration } from '@tripline/kernel';
import { z } from 'zod';

/** One expression, in characters. */
export const EXPRESSION_LENGTH_MAX = 2_000;

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const ALIAS = /^[a-zA-Z][a-zA-Z0-9_]{0,39}$/;
/** Names an alias, a `let` or a step may not take: CEL's own words and what beside them already means something. */
const RESERVED = new Set(['user', 'event', 'true', 'false', 'null', 'in', 'has', 'size', 'default', 'any', 'none']);

/** `90m`, `1h30m`, `30d`; may be 0. */
export const duration = z.string().transform((text, context): Duration => {
  const length = parseDuration(text);
  if (length !== undefined) return length;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a duration: write for example 90m, 1h30m or 30d` });
  return z.NEVER;
});
export const positive = duration.refine((length) => length > 0, 'must be longer than 0');

export const name = z.string().regex(NAME, 'must be lower case letters, digits and hyphens, beginning with a letter, at most 63');
export const alias = z
  .string()
  .regex(ALIAS, 'must be letters, digits and underscores, beginning with a letter, at most 40')
  .refine((text) => !RESERVED.has(text), 'is a reserved word');
export const eventName = z.string().min(1, 'must not be empty').max(200);
/** CEL; compiled by the engine. */
export const expression = z.string().min(1, 'must not be empty').max(EXPRESSION_LENGTH_MAX);
/** A time of day on the clocks of some zone. */
export const localTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day, like 09:00');
/** `user`: the person's trait `timezone`; else an IANA name. */
export const zone = z.string().min(1).max(64);
/** A trait of the person. */
export const trait = z.string().regex(/^user\.[^.]+$/, 'must be a trait: write for example user.plan');
/** Where the correlation key is read: a dotted path into the properties. */
export const keyPath = z.string().min(1).max(200);
