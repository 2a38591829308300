import { accept, days, refuse, seconds, type Duration, type JsonObject, type Parsed, type Problem } from '@tripline/kernel';
import { z } from 'zod';
import { PAGE_EVENTS } from './condition.js';
import { alias, duration, eventName, expression, name, positive } from './document-fields.js';
import { problemsOf } from './problems.js';

/** Aggregates of one segment. */
export const AGGREGATES_MAX = 10;
/** The longest window of an aggregate: as far back as the archive reaches. */
export const AGGREGATE_WINDOW_MAX: Duration = days(400);

/** What an aggregate makes of the values in its window. */
export const AGGREGATE_KINDS = ['count', 'sum', 'min', 'max', 'first', 'last', 'distinct'] as const;
export type AggregateKind = (typeof AGGREGATE_KINDS)[number];

const window = positive.refine((length) => length <= AGGREGATE_WINDOW_MAX, 'must not be longer than 400d');
const counted = z.strictObject({ count: eventName, where: expression.optional(), within: window });
const of = { event: eventName, where: expression.optional(), within: window };
const valued = [
  z.strictObject({ sum: expression, ...of }),
  z.strictObject({ min: expression, ...of }),
  z.strictObject({ max: expression, ...of }),
  z.strictObject({ first: expression, ...of }),
  z.strictObject({ last: expression, ...of }),
  z.strictObject({ distinct: expression, ...of }),
] as const;
const aggregate = z.union([counted, ...valued]);

const segmentSchema = z.strictObject({
  kind: z.literal('segment'),
  name,
  owner: z.string().optional(),
  let: z
    .record(alias, aggregate)
    .refine((lets) => Object.keys(lets).length <= AGGREGATES_MAX, `has more than ${AGGREGATES_MAX} aggregates`)
    .default({}),
  where: expression,
  keep: expression.optional(),
  time: z.strictObject({ settle: duration.optional() }).default({}),
});

/** Over the events of one name in `(t − within, t]`; `value` is what is taken of each, absent for `count`. */
export type Aggregate = {
  readonly kind: AggregateKind;
  readonly event: string;
  readonly value?: string;
  readonly where?: string;
  readonly within: Duration;
};

/** Who belongs: those of whom `where` is true, and once they do, as long as `keep` (or `where`) is. */
export type Segment = {
  readonly name: string;
  readonly owner?: string;
  readonly let: { readonly [name: string]: Aggregate };
  readonly where: string;
  readonly keep?: string;
  /** How long a change that rests on something not having happened waits for stragglers. */
  readonly settle: Duration;
};

const SETTLE_DEFAULT: Duration = seconds(10);

/** Reads a segment document; every unknown or wrong field is named by its path. Expressions are compiled by the engine. */
export function parseSegment(document: unknown): Parsed<Segment> {
  const parsed = segmentSchema.safeParse(document);
  if (!parsed.success) return refuse(...problemsOf(parsed.error));
  const { name: named, owner, where, keep, time } = parsed.data;
  const lets = Object.fromEntries(Object.entries(parsed.data.let).map(([each, given]) => [each, plain(given)]));
  const segment: Segment = {
    name: named,
    ...(owner === undefined ? {} : { owner }),
    let: lets,
    where,
    ...(keep === undefined ? {} : { keep }),
    settle: time.settle ?? (isOfPages(lets) ? seconds(0) : SETTLE_DEFAULT),
  };
  const problems = settleProblems(segment);
  return problems.length === 0 ? accept(segment) : refuse(...problems);
}

/** The same shape for each kind, however it was written. */
function plain(given: z.output<typeof aggregate>): Aggregate {
  const rest = { within: given.within, ...(given.where === undefined ? {} : { where: given.where }) };
  if ('count' in given) return { kind: 'count', event: given.count, ...rest };
  const kind = AGGREGATE_KINDS.find((each) => each in given) ?? 'last';
  const value = String(Object.entries(given).find(([field]) => field === kind)?.[1]);
  return { kind, value, event: given.event, ...rest };
}

/** Does it look only at what pages tell at once? SDKs do not hold that back. */
function isOfPages(lets: Segment['let']): boolean {
  const all = Object.values(lets);
  return all.length > 0 && all.every(({ event }) => PAGE_EVENTS.includes(event));
}

const settleProblems = ({ settle }: Segment): Problem[] =>
  settle <= days(1) ? [] : [{ path: 'time.settle', message: 'must not be longer than a day' }];

/** The names of a segment's fields, for who has to guess which one was meant. */
export const SEGMENT_FIELDS: readonly string[] = [segmentSchema, counted, ...valued].flatMap((part) => Object.keys(part.shape));

/** The JSON Schema of a segment document as people write it, for editors. */
export const segmentJsonSchema = (): JsonObject =>
  z.toJSONSchema(segmentSchema, { io: 'input', unrepresentable: 'any', reused: 'ref' }) as JsonObject;
