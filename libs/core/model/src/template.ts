import { accept, refuse, type Parsed } from '@tripline/kernel';
import { z } from 'zod';
import { problemsOf } from './problems.js';

const BODY_LENGTH_MAX = 500_000;
const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'must be lower case letters, digits and hyphens, beginning with a letter, at most 63');
const body = z.string().min(1, 'must not be empty').max(BODY_LENGTH_MAX);
const need = z.enum(['string', 'number', 'boolean', 'list', 'object', 'any']);
const base = { kind: z.literal('template'), name, needs: z.record(z.string(), need).default({}) };

const templateSchema = z.discriminatedUnion('channel', [
  z.strictObject({
    ...base,
    channel: z.literal('email'),
    subject: z.string().min(1).max(998),
    text: body,
    html: body.optional(),
    from: z.string().optional(),
  }),
  z.strictObject({ ...base, channel: z.literal('sms'), text: body }),
  z.strictObject({
    ...base,
    channel: z.literal('web'),
    title: z.string().max(200).optional(),
    text: body,
    url: z.string().optional(),
  }),
  z.strictObject({
    ...base,
    channel: z.literal('webhook'),
    url: z.string().min(1).max(2_000),
    secret: name,
    body: body.optional(),
  }),
]);

/**
 * What is said, in Liquid: `subject`, `text`, `html`, `body` and `url` see `user` (the traits) and each of `needs` by its name.
 * A need that is missing or of another type at rendering fails the message; nothing half-filled is sent.
 */
export type Template = z.output<typeof templateSchema>;
export type Need = z.output<typeof need>;

export function parseTemplate(document: unknown): Parsed<Template> {
  const parsed = templateSchema.safeParse(document);
  return parsed.success ? accept(parsed.data) : refuse(...problemsOf(parsed.error));
}
