import { accept, digest, plus, refuse, type Duration, type Instant, type Parsed, type Problem } from '@tripline/kernel';
import type { Aggregate, Segment } from '@tripline/model';
import type { AggregatePart, CompiledSegment } from './compiled-segment.js';
import type { Definition } from './definitions.js';
import { compileExpression, type Expression, type Names } from '../expression/expression.js';
import { isRising } from '../segment/rising.js';
import { propertyOf, UNKNOWN } from '../expression/value.js';

/** An instant is decided after it: events at the instant itself belong to it. */
const SETTLE_MIN = 1;

/**
 * Compiles a segment: every expression once, every name resolved. All problems at once, each with its path in the document. The answer is a
 * version 0 that has always been in force; the program puts in its own.
 */
export function compileSegment(segment: Segment): Parsed<CompiledSegment> {
  const problems: Problem[] = [];
  const compile = (path: string, text: string | undefined, names: Names): Expression | undefined => {
    const compiled = text === undefined ? undefined : compileExpression(path, text, names, false);
    if (compiled?.ok === false) problems.push(...compiled.problems);
    return compiled?.ok === true ? compiled.value : undefined;
  };
  const aggregates = Object.entries(segment.let).map(([name, aggregate]) => compileAggregate(name, aggregate, compile));
  const ofState = namesOf(segment);
  const where = compile('where', segment.where, ofState);
  const keep = compile('keep', segment.keep, ofState);
  if (where === undefined || problems.length > 0) return refuse(...problems);
  return accept({
    name: segment.name,
    version: 0,
    segment,
    aggregates,
    where,
    ...(keep === undefined ? {} : { keep }),
    traits: new Set([where, keep].flatMap((each) => [...(each?.reads.get('user') ?? [])])),
    rising: isRising(where.tree, new Map(aggregates.map(({ name, kind }) => [name, kind]))),
    test: aggregatesTest(segment),
    settle: Math.max(segment.settle, SETTLE_MIN) as Duration,
    since: 0 as Instant,
    warm: 0 as Instant,
  });
}

/** The same for two segments with the same aggregates. */
export const aggregatesTest = (segment: Segment): string => digest(JSON.stringify(segment.let)).slice(0, 8);

/** In force from `since`, with aggregates that know events from `known` on. */
export function inForce(segment: CompiledSegment, definition: Definition): CompiledSegment {
  const { version, since = 0 as Instant, known = since, filled } = definition;
  const longest = Math.max(0, ...segment.aggregates.map(({ within }) => within)) as Duration;
  const warm = longest === 0 ? since : plus(known, known === 0 ? (0 as Duration) : longest);
  return { ...segment, version, since, warm, ...(filled === undefined ? {} : { filled }) };
}

function compileAggregate(
  name: string,
  { kind, event, value, where, within }: Aggregate,
  compile: (path: string, text: string | undefined, names: Names) => Expression | undefined,
): AggregatePart {
  const path = `let.${name}`;
  const test = compile(`${path}.where`, where, besideEvent);
  const taken = compile(`${path}.${kind}`, value, besideEvent);
  return {
    ...{ name, kind, event, within },
    ...(test === undefined ? {} : { where: test }),
    ...(taken === undefined ? {} : { value: taken }),
  };
}

const besideEvent: Names = (name) => {
  if (name === 'user') return ({ user }) => user;
  if (name === 'event') return ({ event }) => event ?? UNKNOWN;
  return ({ event }) => propertyOf(event ?? UNKNOWN, name);
};

/** What an aggregate comes to stands where the properties of an event would. */
const namesOf =
  (segment: Segment): Names =>
  (name) => {
    if (name === 'user') return ({ user }) => user;
    if (Object.hasOwn(segment.let, name)) return ({ event }) => propertyOf(event ?? UNKNOWN, name);
    return `unknown name ${JSON.stringify(name)}: here stand ${[...Object.keys(segment.let), 'user'].join(', ')}`;
  };
