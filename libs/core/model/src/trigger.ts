import {
  accept,
  days,
  hours,
  refuse,
  minutes,
  seconds,
  type Duration,
  type JsonObject,
  type Parsed,
  type Problem,
} from '@tripline/kernel';
import { z } from 'zod';
import { PURPOSES } from './channel.js';
import {
  CONDITION_FIELDS,
  elements,
  PAGE_EVENTS,
  PAGE_FIELDS,
  sequence,
  walk,
  type Element,
  type SequenceElement,
} from './condition.js';
import { conditionProblems } from './condition-problems.js';
import { alias, duration, eventName, expression, keyPath, name, positive } from './document-fields.js';
import { allSteps, goal, journeyProblems, STEP_FIELDS, steps } from './journey.js';
import { problemsOf } from './problems.js';
import { SEGMENT_FIELDS } from './segment.js';
import { SETTINGS_FIELDS } from './settings.js';

export const LETS_MAX = 20;
export const LIST_NEWEST_MAX = 100;

const listLet = z.strictObject({
  list: eventName,
  unique: expression.optional(),
  minus: eventName.optional(),
  newest: z.number().int().min(1).max(LIST_NEWEST_MAX).default(20),
  where: expression.optional(),
});
const sumLet = z.strictObject({ sum: expression, of: alias });

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
      anonymousId: z.string().min(1).optional(),
      properties: z.record(z.string(), z.json()).optional(),
      traits: z.record(z.string(), z.json()).optional(),
    }),
  ),
  /** When it ends; without it a year after the last event. */
  until: duration.optional(),
  expect: z.array(z.strictObject({ at: duration, step: alias })),
});

const triggerSchema = z.strictObject({
  kind: z.literal('trigger'),
  name,
  owner: z.string().optional(),
  purpose: z.enum(PURPOSES),
  topic: name.optional(),
  by: keyPath.optional(),
  when: z.union([elements, sequence]),
  onRepeat: z.enum(['restart', 'extend', 'keepFirst', 'parallel']).default('keepFirst'),
  if: expression.optional(),
  let: z.record(alias, z.union([listLet, sumLet])).default({}),
  do: steps,
  exit: z.array(exitRule).default([]),
  goal: goal.optional(),
  limit: z.strictObject({ runs: z.number().int().min(1).max(1_000), per: positive.optional() }).optional(),
  time: z
    .strictObject({ settle: duration.optional(), accept: duration.optional(), grace: duration.optional() })
    .default({})
    .transform((time) => ({ settle: time.settle, accept: time.accept ?? days(1), grace: time.grace ?? hours(1) })),
  examples: z.array(example).default([]),
});

export type ListLet = z.output<typeof listLet>;
export type SumLet = z.output<typeof sumLet>;
export type ExitRule = z.output<typeof exitRule>;
export type Example = z.output<typeof example>;
export type OnRepeat = z.output<typeof triggerSchema>['onRepeat'];
type Given = z.output<typeof triggerSchema>;

/** The document that decides: a condition, a guard, steps, limits. Defaults are filled in; a published version is immutable. */
export type Trigger = Omit<Given, 'when' | 'time'> & {
  readonly when: SequenceElement;
  /** Where the list of the condition stands in the document. */
  readonly whenPath: 'when' | 'when.sequence';
  readonly time: { readonly settle: Duration; readonly accept: Duration; readonly grace: Duration };
};

/** Expiry of a message whose step names none. */
export const EXPIRES_DEFAULT: Duration = days(3);
/** The same of one bound to a page: nobody tells us of a browser that was killed. */
export const BOUND_EXPIRES_DEFAULT: Duration = minutes(30);
/** SDKs hold events back for about so long before they send them. */
const SETTLE_DEFAULT: Duration = seconds(10);

/**
 * Reads a trigger document. Every unknown or wrong field is named by its path, also the order of the elements and names used twice;
 * expressions are compiled by the engine, whose problems come on top.
 */
export function parseTrigger(document: unknown): Parsed<Trigger> {
  const parsed = triggerSchema.safeParse(document);
  if (!parsed.success) return refuse(...problemsOf(parsed.error));
  const { when: given, time, ...rest } = parsed.data;
  const when = Array.isArray(given) ? { sequence: given } : given;
  const settle = time.settle ?? (isOfPages(when) ? seconds(0) : SETTLE_DEFAULT);
  const whenPath = Array.isArray(given) ? 'when' : 'when.sequence';
  const trigger: Trigger = { ...rest, when, whenPath, time: { ...time, settle } };
  const problems = [...conditionProblems(when, 'when'), ...journeyProblems(trigger.do), ...nameProblems(trigger)];
  return problems.length === 0
    ? accept(trigger)
    : refuse(...problems.map(({ path, message }) => ({ path: documentPath(trigger, path), message })));
}

/** A path that counts the condition as `when.sequence.…`, as it is in the document: a plain list is `when.…`. */
export const documentPath = ({ whenPath }: Pick<Trigger, 'whenPath'>, path: string): string =>
  path.replace(/^when\.sequence(?=\.|$)/, whenPath);

/** Does it look only at what pages tell at once? SDKs do not hold that back. */
function isOfPages(when: SequenceElement): boolean {
  const leaves = [...walk(when, 'when')].map((each) => each.element).filter((each) => !isGroup(each));
  return leaves.every((leaf) => PAGE_FIELDS.some((field) => field in leaf) || ('not' in leaf && PAGE_EVENTS.includes(leaf.not)));
}

const isGroup = (element: Element): boolean => 'sequence' in element || 'all' in element || 'any' in element;

/** Aliases, `let` names, step ids and arms share one namespace. */
function nameProblems(trigger: Trigger): Problem[] {
  const seen = new Map<string, string>();
  const named: [string, string][] = [
    ...[...walk(trigger.when, 'when')].flatMap(({ path, element }): [string, string][] =>
      'as' in element && element.as !== undefined ? [[element.as, `${path}.as`]] : [],
    ),
    ...Object.keys(trigger.let).map((n): [string, string] => [n, `let.${n}`]),
    ...[...allSteps(trigger.do, 'do')].flatMap(({ path, step }): [string, string][] =>
      'id' in step ? [[step.id, `${path}.id`]] : [],
    ),
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
  ...CONDITION_FIELDS,
  ...STEP_FIELDS,
  ...SEGMENT_FIELDS,
  ...SETTINGS_FIELDS,
  ...[listLet, sumLet, ...exitRule.options, example].flatMap((part) => Object.keys(part.shape)),
  ...['runs', 'per', 'settle', 'accept', 'grace'],
  ...['channel', 'needs', 'subject', 'text', 'html', 'from', 'title', 'url', 'secret', 'body'],
];

/** The JSON Schema of a trigger document as people write it, for editors. */
export const triggerJsonSchema = (): JsonObject =>
  z.toJSONSchema(triggerSchema, { io: 'input', unrepresentable: 'any', reused: 'ref' }) as JsonObject;
