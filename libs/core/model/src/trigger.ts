import { accept, days, hours, parseDuration, refuse, seconds, type Duration, type Parsed } from '@tripline/kernel';
import { z } from 'zod';
import { PURPOSES } from './channel.js';
import { problemsOf } from './problems.js';

/** Named limits of one document; what exceeds them is refused at publish. */
export const STEPS_MAX = 50;
export const ELEMENTS_MAX = 20;
export const LETS_MAX = 20;
export const LIST_NEWEST_MAX = 100;
export const EXPRESSION_LENGTH_MAX = 2_000;

const NAME = /^[a-z][a-z0-9-]{0,62}$/;
const ALIAS = /^[a-zA-Z][a-zA-Z0-9_]{0,39}$/;
/** Names an alias, a `let` or a step may not take: CEL's own words and what beside them already means something. */
const RESERVED = new Set(['user', 'event', 'true', 'false', 'null', 'in', 'has', 'size', 'default', 'any', 'none']);

const duration = z.string().transform((text, context): Duration => {
  const length = parseDuration(text);
  if (length !== undefined) return length;
  context.addIssue({ code: 'custom', message: `${JSON.stringify(text)} is not a duration: write for example 90m, 1h30m or 30d` });
  return z.NEVER;
});
const positive = duration.refine((length) => length > 0, 'must be longer than 0');
const name = z.string().regex(NAME, 'must be lower case letters, digits and hyphens, beginning with a letter, at most 63');
const alias = z
  .string()
  .regex(ALIAS, 'must be letters, digits and underscores, beginning with a letter, at most 40')
  .refine((text) => !RESERVED.has(text), 'is a reserved word');
const eventName = z.string().min(1, 'must not be empty').max(200);
const expression = z.string().min(1, 'must not be empty').max(EXPRESSION_LENGTH_MAX);
/** Where the correlation key is read: a dotted path into the properties. */
const keyPath = z.string().min(1).max(200);

const eventElement = z.strictObject({
  event: eventName,
  where: expression.optional(),
  as: alias.optional(),
  by: keyPath.optional(),
  within: positive.optional(),
});
const absenceElement = z.strictObject({ not: eventName, where: expression.optional(), by: keyPath.optional(), for: positive });
const inactiveElement = z.strictObject({ inactive: eventName, for: positive, as: alias.optional() });
const element = z.union([eventElement, absenceElement, inactiveElement]);
const sequence = z.strictObject({ sequence: z.array(element).min(1).max(ELEMENTS_MAX), within: positive.optional() });

const listLet = z.strictObject({
  list: eventName,
  unique: expression.optional(),
  minus: eventName.optional(),
  newest: z.number().int().min(1).max(LIST_NEWEST_MAX).default(20),
  where: expression.optional(),
});
const sumLet = z.strictObject({ sum: expression, of: alias });

const messageFields = { id: alias, with: z.record(alias, expression).optional(), expires: positive.optional() };
const messageStep = z.union([
  z.strictObject({ ...messageFields, email: name }),
  z.strictObject({ ...messageFields, sms: name }),
  z.strictObject({ ...messageFields, web: name }),
  z.strictObject({ ...messageFields, webhook: name }),
]);
const waitStep = z.strictObject({
  wait: z.union([
    z.strictObject({ for: positive }),
    z.strictObject({
      until: z.strictObject({ event: eventName, of: alias.optional(), where: expression.optional() }),
      atMost: positive,
    }),
  ]),
});

const exitRule = z.union([
  z.strictObject({ event: eventName, where: expression.optional(), by: keyPath.optional() }),
  z.strictObject({ is: expression }),
]);

const example = z.strictObject({
  name: z.string().min(1),
  events: z.array(
    z.strictObject({
      at: duration,
      event: eventName,
      received: duration.optional(),
      properties: z.record(z.string(), z.json()).optional(),
      traits: z.record(z.string(), z.json()).optional(),
    }),
  ),
  expect: z.array(z.strictObject({ at: duration, step: alias })),
});

const triggerSchema = z.strictObject({
  kind: z.literal('trigger'),
  name,
  owner: z.string().optional(),
  purpose: z.enum(PURPOSES),
  topic: name.optional(),
  by: keyPath.optional(),
  when: z.union([z.array(element).min(1).max(ELEMENTS_MAX), sequence]),
  onRepeat: z.enum(['restart', 'extend', 'keepFirst', 'parallel']).default('keepFirst'),
  if: expression.optional(),
  let: z.record(alias, z.union([listLet, sumLet])).default({}),
  do: z
    .array(z.union([messageStep, waitStep]))
    .min(1)
    .max(STEPS_MAX),
  exit: z.array(exitRule).default([]),
  limit: z.strictObject({ runs: z.number().int().min(1).max(1_000), per: positive.optional() }).optional(),
  time: z
    .strictObject({ settle: duration.optional(), accept: duration.optional(), grace: duration.optional() })
    .default({})
    .transform((time) => ({ settle: time.settle ?? seconds(10), accept: time.accept ?? days(1), grace: time.grace ?? hours(1) })),
  examples: z.array(example).default([]),
});

/** One event. `where` is judged on the event itself and the aliases before it; `within` counts from the element before. */
export type EventElement = z.output<typeof eventElement>;
/** No such event in `[t, t + for)`, t being the element before. Only as the last element, never as the first. */
export type AbsenceElement = z.output<typeof absenceElement>;
/** Silence for a span, once per spell. Only as the first element. */
export type InactiveElement = z.output<typeof inactiveElement>;
export type Element = z.output<typeof element>;
export type ListLet = z.output<typeof listLet>;
export type SumLet = z.output<typeof sumLet>;
export type MessageStep = z.output<typeof messageStep>;
export type WaitStep = z.output<typeof waitStep>;
export type Step = MessageStep | WaitStep;
export type ExitRule = z.output<typeof exitRule>;
export type Example = z.output<typeof example>;
export type OnRepeat = z.output<typeof triggerSchema>['onRepeat'];

/** The document that decides: a condition, a guard, steps, limits. Defaults are filled in; a published version is immutable. */
export type Trigger = Omit<z.output<typeof triggerSchema>, 'when'> & {
  readonly when: { readonly elements: readonly Element[]; readonly within?: Duration };
};

/** Expiry of a message whose step names none. */
export const EXPIRES_DEFAULT: Duration = days(3);

/**
 * Reads a trigger document. Every unknown or wrong field is named by its path, also the order of the elements and names used twice;
 * expressions are compiled by the engine, whose problems come on top.
 */
export function parseTrigger(document: unknown): Parsed<Trigger> {
  const parsed = triggerSchema.safeParse(document);
  if (!parsed.success) return refuse(...problemsOf(parsed.error));
  const { when, ...rest } = parsed.data;
  const trigger: Trigger = {
    ...rest,
    when: Array.isArray(when)
      ? { elements: when }
      : { elements: when.sequence, ...(when.within === undefined ? {} : { within: when.within }) },
  };
  const problems = [...orderProblems(trigger), ...nameProblems(trigger)];
  return problems.length === 0 ? accept(trigger) : refuse(...problems);
}

function orderProblems({ when: { elements } }: Trigger): { path: string; message: string }[] {
  return elements.flatMap((element, i) => {
    const path = `when.${i}`;
    if ('not' in element && i === 0)
      return [{ path, message: 'nothing comes before this `not`: absence counts from an element before it' }];
    if ('not' in element && i < elements.length - 1) return [{ path, message: '`not … for` must be the last element' }];
    if ('inactive' in element && i > 0) return [{ path, message: '`inactive` must be the first element' }];
    return [];
  });
}

/** Aliases, `let` names and step ids share one namespace. */
function nameProblems(trigger: Trigger): { path: string; message: string }[] {
  const seen = new Map<string, string>();
  const named: [string, string][] = [
    ...trigger.when.elements.flatMap((e, i): [string, string][] =>
      'as' in e && e.as !== undefined ? [[e.as, `when.${i}.as`]] : [],
    ),
    ...Object.keys(trigger.let).map((n): [string, string] => [n, `let.${n}`]),
    ...trigger.do.flatMap((s, i): [string, string][] => ('id' in s ? [[s.id, `do.${i}.id`]] : [])),
  ];
  return named.flatMap(([n, path]) => {
    const before = seen.get(n);
    seen.set(n, path);
    return before === undefined ? [] : [{ path, message: `the name ${JSON.stringify(n)} is taken by ${before}` }];
  });
}

/** The name of every field of the language, for who has to guess which one was meant. */
export const FIELD_NAMES: readonly string[] = [
  ...Object.keys(triggerSchema.shape),
  ...[eventElement, absenceElement, inactiveElement, sequence, listLet, sumLet].flatMap((part) => Object.keys(part.shape)),
  ...[...messageStep.options, waitStep, ...exitRule.options, example].flatMap((part) => Object.keys(part.shape)),
  ...['until', 'of', 'atMost', 'runs', 'per', 'settle', 'accept', 'grace'],
  ...['channel', 'needs', 'subject', 'text', 'html', 'from', 'title', 'url', 'secret', 'body'],
];
