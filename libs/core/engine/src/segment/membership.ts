import { minus, plus, type Instant, type JsonObject } from '@tripline/kernel';
import type { CausedBy } from '@tripline/model';
import { valueAt } from './aggregate.js';
import type { AggregatePart, CompiledSegment } from '../compile/compiled-segment.js';
import { either } from '../expression/operators.js';
import type { Membership } from '../person/person-state.js';
import { NO_TALLY, type Entry, type Tally } from './tally.js';
import { UNKNOWN, type Value } from '../expression/value.js';

/** Instants looked at before a timer is set at the last of them, to go on from there. */
export const SCAN_MAX = 32;

/** At that instant the answer becomes another (or the scan stopped, and it is the same). */
export type Change = {
  readonly at: Instant;
  readonly member: boolean | undefined;
  /** It is told: it was known before, it is known now, and it is no history. */
  readonly told: boolean;
  readonly cause?: CausedBy;
};

/**
 * Whether a person belongs, as a function of event time.
 * M1. A pure function of the entries and traits, the same in whatever order the events came.
 * M2. Unknown while warming, and where `where` is: three-valued. Who belongs stays while `keep` or `where` holds.
 * M3. What is known up to `membership.at`, inclusive, is not looked at again: changes are at later instants, each greater than the one before.
 */
export function answerAt(
  segment: CompiledSegment,
  tallies: readonly Tally[],
  user: JsonObject,
  at: Instant,
  member: boolean | undefined,
): boolean | undefined {
  if (at < segment.warm) return undefined;
  const scope = { event: valuesAt(segment, tallies, at), user, run: undefined };
  const joins = segment.where.evaluate(scope);
  const answer = member === true && segment.keep !== undefined ? either(joins, keepOf(segment, scope)) : joins;
  return typeof answer === 'boolean' ? answer : undefined;
}

const keepOf =
  ({ keep }: CompiledSegment, scope: Parameters<CompiledSegment['where']['evaluate']>[0]) =>
  (): Value =>
    keep?.evaluate(scope) ?? UNKNOWN;

/** What each aggregate comes to; one without a value is not there. */
export function valuesAt({ aggregates }: CompiledSegment, tallies: readonly Tally[], at: Instant): JsonObject {
  const values = aggregates.map((part, i) => [part.name, valueAt(part, tallies[i] ?? NO_TALLY, at)] as const);
  return Object.fromEntries(values.filter((entry): entry is [string, Exclude<Value, typeof UNKNOWN>] => entry[1] !== UNKNOWN));
}

/** The answer without any event: that of whoever nothing is kept of. */
export const answerOfNothing = (segment: CompiledSegment, user: JsonObject, at: Instant): boolean | undefined =>
  answerAt(segment, [], user, at, undefined);

/** The next instant after `at` at which the answer becomes another, if nothing more happens; undefined: it stays. */
export function nextChange(segment: CompiledSegment, membership: Membership, user: JsonObject): Change | undefined {
  const { member, tallies } = membership;
  const points = pointsOf(segment, membership);
  const looked = points.slice(0, SCAN_MAX);
  for (const at of looked) {
    const answer = answerAt(segment, tallies, user, at, member);
    if (answer !== member) return changeAt(segment, membership, at, answer);
  }
  const last = looked.at(-1);
  return last === undefined || points.length <= SCAN_MAX ? undefined : { at: last, member, told: false };
}

/** Where the answer may become another: entries come and go, traits changed, warming is over. */
function pointsOf({ aggregates, warm }: CompiledSegment, { at, tallies, traitsFrom }: Membership): readonly Instant[] {
  const first = Math.max(at + 1, traitsFrom ?? 0) as Instant;
  const points = new Set([first]);
  const add = (point: Instant): void => void (point > first && points.add(point));
  add(warm);
  aggregates.forEach(({ within }, i) => {
    for (const entry of tallies[i]?.entries ?? []) {
      add(entry.from);
      add(plus(entry.at, within));
    }
  });
  return [...points].sort((a, b) => a - b);
}

function changeAt({ aggregates }: CompiledSegment, membership: Membership, at: Instant, member: boolean | undefined): Change {
  const { tallies, traitsFrom, traitsSilent } = membership;
  const entriesThat = (is: (part: AggregatePart, entry: Entry, at: Instant) => boolean): readonly Entry[] =>
    aggregates.flatMap((part, i) => (tallies[i]?.entries ?? []).filter((entry) => is(part, entry, at)));
  const involved = entriesThat(isInvolved);
  const causes = (involved.length > 0 ? involved : entriesThat(counts)).flatMap(({ cause }) => cause ?? []);
  const cause = causes.reduce<CausedBy | undefined>((a, b) => (a === undefined || b.depth > a.depth ? b : a), undefined);
  const isHistory =
    involved.some(({ silent, from }) => silent === true && from === at) || (traitsSilent === true && traitsFrom === at);
  const told = membership.member !== undefined && member !== undefined && !isHistory;
  return { at, member, told, ...(cause === undefined ? {} : { cause }) };
}

/** Did it come or go at that instant? Where none did, it is all that counts together which makes the change: two ids became one. */
const isInvolved = ({ within }: AggregatePart, entry: Entry, at: Instant): boolean =>
  entry.from === at || entry.at === minus(at, within);

const counts = ({ within }: AggregatePart, entry: Entry, at: Instant): boolean => entry.from <= at && at < plus(entry.at, within);
