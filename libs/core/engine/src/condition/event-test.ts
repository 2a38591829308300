import { between, isJsonObject, type Duration, type Json, type JsonObject } from '@tripline/kernel';
import type { Extra, Leaf } from '../compile/condition.js';
import type { CompiledTrigger, EventTest } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import type { Expression } from '../expression/expression.js';
import type { Happening, Run } from '../person/person-state.js';
import type { Scope } from '../expression/scope.js';
import { scopeOf } from '../expression/scope-of.js';
import { Budget, equal, UNKNOWN, type Value } from '../expression/value.js';

type Test = Pick<EventTest, 'where'> & Pick<Leaf, 'extra'>;

/** Is it surely such an event? What is unknown is counted, and is not. */
export function surely(draft: Draft, trigger: CompiledTrigger, test: Test, event: Happening, run: Run | undefined): boolean {
  const answer = ask(draft, trigger, test, event, run);
  if (typeof answer !== 'boolean') draft.note('event-unknown', trigger.name);
  return answer === true;
}

/** As `surely`, where nothing depends on it yet: not counted. */
export const isKnownToBe = (draft: Draft, test: Test, event: Happening): boolean =>
  ask(draft, undefined, test, event, undefined) === true;

/** Can it be such an event? What is unknown can. Told where `trigger` is given. */
export const possibly = (draft: Draft, test: Test, event: Happening, run: Run | undefined, trigger?: CompiledTrigger): boolean =>
  ask(draft, trigger, test, event, run) !== false;

/** Young enough to open or advance: at most `accept` old when it reached us. */
export const isAccepted = (event: Happening, accept: Duration): boolean => between(event.timestamp, event.received) <= accept;

/** Traced where a trigger is given: where it decides. */
function ask(
  draft: Draft,
  trigger: CompiledTrigger | undefined,
  { where, extra }: Test,
  event: Happening,
  run: Run | undefined,
): Value {
  const special = extra === undefined ? true : askExtra(draft, extra, event);
  if (extra !== undefined && special !== true && trigger !== undefined)
    draft.trace?.('where', trigger, run, explainedExtra(draft, extra, event, special));
  if (special === false || where === undefined) return special;
  const scope = scopeOf(draft, event.properties, run);
  const answer = where.evaluate(scope);
  if (trigger !== undefined) draft.trace?.('where', trigger, run, explained(where, scope, answer));
  return answer === false || special === true ? answer : UNKNOWN;
}

/** A predicate, what it read and what it came to, for people. */
export const explained = ({ path, text, valuesIn }: Expression, scope: Scope, answer: Value): JsonObject => ({
  path,
  text,
  values: valuesIn(scope),
  answer: answer === UNKNOWN ? 'unknown' : answer,
});

/** The same of what an element asks beside its `where`. */
function explainedExtra({ changes }: Draft, extra: Extra, event: Happening, answer: Value): JsonObject {
  const told = { answer: answer === UNKNOWN ? 'unknown' : answer };
  if (extra.kind === 'activity') return { text: 'something the person did', values: {}, ...told };
  if (extra.kind === 'pattern') {
    const seen = textOf(event.properties, extra.property);
    return {
      text: `${extra.property} is ${extra.parts.join('*')}`,
      values: seen === undefined ? {} : { [extra.property]: seen },
      ...told,
    };
  }
  if (extra.kind === 'membership') return { text: `${extra.member ? 'enters' : 'leaves'} ${extra.segment}`, values: {}, ...told };
  const { trait, from, to } = extra;
  const wanted = [from === undefined ? '' : ` from ${JSON.stringify(from)}`, to === undefined ? '' : ` to ${JSON.stringify(to)}`];
  const { before, after } = changes.get(trait) ?? {};
  const values = after === undefined ? {} : { before: before ?? null, after };
  return { text: `user.${trait} changed${wanted.join('')}`, values, ...told };
}

function askExtra({ changes, entered }: Draft, extra: Extra, event: Happening): Value {
  if (extra.kind === 'activity') return isActivity(event);
  if (extra.kind === 'membership') return entered?.segment === extra.segment && entered.member === extra.member;
  if (extra.kind === 'pattern') {
    const seen = textOf(event.properties, extra.property);
    return seen === undefined ? UNKNOWN : matches(extra.parts, seen);
  }
  const change = changes.get(extra.trait);
  if (change === undefined) return false;
  return isAs(extra.from, change.before) && isAs(extra.to, change.after);
}

/** Of what became of our own messages only a click or a reply is something the person did. */
export const isActivity = ({ outcome }: Happening): boolean =>
  outcome === undefined || outcome.status === 'clicked' || outcome.status === 'replied';

const isAs = (wanted: Json | undefined, value: Json): boolean =>
  wanted === undefined || equal(wanted, value, new Budget()) === true;

/** A page's path is also in its address. */
function textOf(properties: JsonObject, name: string): string | undefined {
  const value = isJsonObject(properties) && Object.hasOwn(properties, name) ? properties[name] : undefined;
  if (typeof value === 'string') return value;
  const url = name === 'path' ? properties['url'] : undefined;
  return typeof url === 'string' ? /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*([^?#]*)/i.exec(url)?.[1] || '/' : undefined;
}

/** The parts of a pattern, between its stars, one after the other; the first at the beginning, the last at the end. */
export function matches(parts: readonly string[], text: string): boolean {
  const [head = '', ...rest] = parts;
  if (rest.length === 0) return text === head;
  const tail = rest.pop() ?? '';
  if (!text.startsWith(head) || text.length < head.length + tail.length || !text.endsWith(tail)) return false;
  let at = head.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - tail.length) return false;
    at = found + part.length;
  }
  return true;
}
