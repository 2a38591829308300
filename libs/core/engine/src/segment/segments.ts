import { earlier, hours, later, minus, plus, type Duration, type Instant, type Json, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { DISTINCT_MAX, settled, VALUE_LENGTH_MAX, withEntry } from './aggregate.js';
import type { AggregatePart, CompiledSegment } from '../compile/compiled-segment.js';
import type { Draft } from '../draft.js';
import { stillCounted, wasCounted, withCounted } from './history-counted.js';
import { answerAt, answerOfNothing, nextChange, type Change } from './membership.js';
import type { Membership } from '../person/person-state.js';
import { NO_TALLY, type Entry, type Tally } from './tally.js';
import { segmentFor } from './warming.js';
import { UNKNOWN, type Value } from '../expression/value.js';

/** A change that is in the state by now, and is still to be told. */
export type Told = {
  readonly segment: CompiledSegment;
  readonly change: Change;
  readonly received: Instant;
  readonly tallies: readonly Tally[];
};

/** How long ago, before an event, nothing is looked at again; what comes later than that still counts from when it could be known. */
const HINDSIGHT = hours(1);

/**
 * Who belongs to which segment, kept in a person's state.
 * S1. Nothing is kept of whoever is as someone without any event would be.
 * S2. Who leaves, and who joins because something did not happen, is decided by a timer at that instant + settle; who joins a rising segment by
 *     what happened, at once.
 * S3. An event counts from its own time on; one that came after that + settle, from when it could be known: what was decided stays.
 * S4. The timer is never later than the next instant at which the answer becomes another, or would if it were not warming: history may end that
 *     at any time.
 */
export function countInSegments(draft: Draft, event: Event): readonly Told[] {
  const { program, changes } = draft;
  return program.segmentsOf(event.name, changes).flatMap((segment) => count(draft, segmentFor(draft.state, segment), event));
}

function count(draft: Draft, segment: CompiledSegment, event: Event): readonly Told[] {
  const from = knownFrom(segment, event);
  const before = draft.state.segments.find((each) => each.segment === segment.name);
  const base = before ?? nobodyYet(segment, draft.traitsBefore, event.received);
  const tallies = talliesAfter(draft, segment, base, event, from);
  const isRead = [...draft.changes.keys()].some((trait) => segment.traits.has(trait) || segment.traits.has('*'));
  if (!isRead && tallies.every((tally, i) => tally === (base.tallies[i] ?? NO_TALLY))) return [];
  const traits = isRead ? { traitsFrom: from, ...(event.historical === true ? { traitsSilent: true as const } : {}) } : {};
  const history = historyAfter(segment, base, tallies, event);
  return keepMembership(
    draft,
    segment,
    before,
    advanced(segment, { ...base, ...history, tallies, ...traits }, event),
    event.received,
  );
}

/** What was imported before counts once. */
function talliesAfter(
  draft: Draft,
  { aggregates }: CompiledSegment,
  { tallies, history }: Membership,
  event: Event,
  from: Instant,
): readonly Tally[] {
  const was = wasCounted(history, event);
  if (was === 'unknown' && aggregates.some((part) => part.event === event.name)) draft.note('history-forgotten');
  return aggregates.map((part, i) => {
    const tally = tallies[i] ?? NO_TALLY;
    return was === 'no' ? tallyAfter(draft, part, tally, event, from) : tally;
  });
}

/** Where it adds to something, it must not do so again. */
function historyAfter(
  { aggregates }: CompiledSegment,
  base: Membership,
  tallies: readonly Tally[],
  event: Event,
): Pick<Membership, 'history'> {
  const adds = ({ kind }: AggregatePart, i: number): boolean =>
    (kind === 'count' || kind === 'sum') && tallies[i] !== (base.tallies[i] ?? NO_TALLY);
  return event.historical === true && aggregates.some(adds) ? { history: withCounted(base.history, event) } : {};
}

/** An event that comes when its own time is decided counts from the first instant that is not. */
const knownFrom = ({ settle }: CompiledSegment, { timestamp, received }: Event): Instant =>
  received < plus(timestamp, settle) ? timestamp : ((minus(received, settle) + 1) as Instant);

/** Someone of whom nothing was kept: as whoever has no event, up to what is long decided when something of this person reaches us. */
export function nobodyYet(segment: CompiledSegment, traits: JsonObject, received: Instant): Membership {
  const at = later(longDecided(segment, received), earlier(segment.warm, minus(received, segment.settle)));
  const member = answerOfNothing(segment, traits, at);
  const { name, version, test } = segment;
  return { segment: name, version, test, at, tallies: [], ...(member === undefined ? {} : { member }) };
}

function tallyAfter(draft: Draft, part: AggregatePart, tally: Tally, event: Event, from: Instant): Tally {
  if (part.event !== event.name) return tally;
  const scope = { event: event.properties, user: draft.state.traits, run: undefined };
  const isOne = part.where?.evaluate(scope) ?? true;
  if (isOne === false) return tally;
  const value = isOne === true ? valueOf(part, part.value?.evaluate(scope) ?? 1) : undefined;
  if (value === undefined) return noted(draft, 'aggregate-unknown', tally);
  const at = event.timestamp;
  if (plus(at, part.within) <= from) return noted(draft, 'aggregate-late', tally);
  const cause = event.causedBy === undefined ? {} : { cause: event.causedBy };
  const entry: Entry = { at, from, value, ...cause, ...(event.historical === true ? { silent: true } : {}) };
  const next = withEntry(part, tally, entry);
  if (next.coarse !== undefined && tally.coarse === undefined) draft.note('aggregate-coarse');
  if (part.kind === 'distinct' && tally.entries.length === DISTINCT_MAX && next.entries.length === DISTINCT_MAX)
    return noted(draft, 'distinct-full', next);
  return next;
}

function noted(draft: Draft, name: string, tally: Tally): Tally {
  draft.note(name);
  return tally;
}

/** A number where it is summed or compared, else a text, a number or a boolean of reasonable length. */
function valueOf({ kind }: AggregatePart, value: Value): Json | undefined {
  if (typeof value === 'number') return value;
  const isScalar = typeof value === 'boolean' || (typeof value === 'string' && value.length <= VALUE_LENGTH_MAX);
  return isScalar && (kind === 'first' || kind === 'last' || kind === 'distinct') ? value : undefined;
}

/** Up to then, however records overtake one another, all is told. */
export const longDecided = ({ settle }: CompiledSegment, received: Instant): Instant => minus(minus(received, settle), HINDSIGHT);

/** What is long decided, and changes nothing, need not be looked at again. */
function advanced(segment: CompiledSegment, membership: Membership, { received }: Event): Membership {
  const limit = longDecided(segment, received);
  const isPending = membership.armed !== undefined && membership.armed <= limit;
  return isPending || limit <= membership.at ? membership : upTo(segment, membership, limit, membership.member);
}

/** The membership with everything up to `at` decided. */
function upTo(segment: CompiledSegment, membership: Membership, at: Instant, member: boolean | undefined): Membership {
  const { traitsFrom, traitsSilent, tallies } = membership;
  const longest = Math.max(0, ...segment.aggregates.map(({ within }) => within)) as Duration;
  const history = membership.history === undefined ? undefined : stillCounted(membership.history, longest, at);
  const kept = segment.aggregates.map((part, i) => settled(part, tallies[i] ?? NO_TALLY, at));
  const isAhead = traitsFrom !== undefined && traitsFrom > at;
  return {
    ...{ segment: segment.name, version: segment.version, test: segment.test, at, tallies: kept },
    ...(member === undefined ? {} : { member }),
    ...(isAhead ? { traitsFrom, ...(traitsSilent === undefined ? {} : { traitsSilent }) } : {}),
    ...(history === undefined ? {} : { history }),
  };
}

/** Puts it in the state with its timer; who joins at once is told. */
export function keepMembership(
  draft: Draft,
  segment: CompiledSegment,
  before: Membership | undefined,
  membership: Membership,
  received: Instant,
): readonly Told[] {
  const change = nextChange(segment, membership, draft.state.traits);
  const isAtOnce = segment.rising && change?.told === true && membership.member === false && change.member === true;
  if (!isAtOnce) {
    put(draft, segment, before, membership, change);
    return [];
  }
  put(draft, segment, before, upTo(segment, membership, change.at, change.member));
  return [{ segment, change, received, tallies: membership.tallies }];
}

function put(
  draft: Draft,
  segment: CompiledSegment,
  before: Membership | undefined,
  membership: Membership,
  change = nextChange(segment, membership, draft.state.traits),
): void {
  const { traits, segments } = draft.state;
  const rest: { -readonly [K in keyof Membership]: Membership[K] } = { ...membership };
  delete rest.armed;
  delete rest.due;
  const others = segments.filter((each) => each !== before);
  if (isNothing(segment, rest, change, traits)) return draft.set({ segments: others });
  const armed = soonest(change, changeIfWarm(segment, membership, traits));
  const timer = armed === undefined ? {} : { armed, due: plus(armed, segment.settle) };
  draft.set({ segments: [...others, { ...rest, ...timer }] });
}

const soonest = (a: Change | undefined, b: Change | undefined): Instant | undefined =>
  a === undefined || b === undefined ? (a ?? b)?.at : earlier(a.at, b.at);

/** S4, while it is warming. */
function changeIfWarm(segment: CompiledSegment, membership: Membership, user: JsonObject): Change | undefined {
  const { tallies, at, member } = membership;
  if (member !== undefined || at >= segment.warm) return undefined;
  const warm = { ...segment, warm: 0 as Instant };
  const answer = answerAt(warm, tallies, user, at, undefined);
  return nextChange(warm, answer === undefined ? membership : { ...membership, member: answer }, user);
}

/** S1: it is what it would be for whoever nothing is kept of, and stays so. */
function isNothing(segment: CompiledSegment, membership: Membership, change: Change | undefined, user: JsonObject): boolean {
  const { tallies, member, at } = membership;
  const isEmpty = tallies.every(({ entries }) => entries.length === 0);
  const isWarming = member === undefined && change?.at === segment.warm;
  return isEmpty && (change === undefined || isWarming) && member === answerOfNothing(segment, user, (at + 1) as Instant);
}

/** The timer of a membership is due: what changes at that instant is decided, and answered to be told. */
export function decideMembership(draft: Draft, membership: Membership, due: Instant): readonly Told[] {
  const inForce = draft.program.segment(membership.segment);
  const { armed, member } = membership;
  if (inForce === undefined || armed === undefined) {
    draft.set({ segments: draft.state.segments.filter((each) => each !== membership) });
    return [];
  }
  const segment = segmentFor(draft.state, inForce);
  const change = nextChange(segment, membership, draft.state.traits);
  const isChange = change !== undefined && change.at <= armed && change.member !== member;
  put(draft, segment, membership, upTo(segment, membership, armed, isChange ? change.member : member));
  return isChange ? [{ segment, change, received: due, tallies: membership.tallies }] : [];
}

/**
 * Memberships of segments that are no longer in force go; those of another version are judged anew, silently, as are those that were unknown
 * when history ended the warming.
 */
export function refreshSegments(draft: Draft): void {
  for (const membership of draft.state.segments) {
    const segment = draft.program.segment(membership.segment);
    if (segment?.version === membership.version && !isFilledSince(segment, membership)) continue;
    if (segment === undefined) draft.set({ segments: draft.state.segments.filter((each) => each !== membership) });
    else put(draft, segment, membership, renewed(draft, segmentFor(draft.state, segment), membership));
  }
}

const isFilledSince = ({ filled }: CompiledSegment, { member, at }: Membership): boolean =>
  filled !== undefined && member === undefined && at < filled;

function renewed(draft: Draft, segment: CompiledSegment, { test, tallies, at, member, history }: Membership): Membership {
  const isSame = test === segment.test;
  const kept = isSame ? tallies : [];
  const from = [segment.since, segment.filled ?? segment.since].reduce(later, (at + 1) as Instant);
  const answer = answerAt(segment, kept, draft.state.traits, from, member);
  const { name, version } = segment;
  const base = { segment: name, version, test: segment.test, at, tallies: kept };
  return upTo(segment, isSame && history !== undefined ? { ...base, history } : base, from, answer);
}

/** Does the person belong, as far as it is decided? Unknown for a segment that is not in force, or was warming then, however late the tick. */
export function isIn(draft: Draft, name: string): Value {
  const inForce = draft.program.segment(name);
  if (inForce === undefined) return UNKNOWN;
  const segment = segmentFor(draft.state, inForce);
  if (draft.now < segment.warm) return UNKNOWN;
  const membership = draft.state.segments.find((each) => each.segment === name);
  const answer = membership === undefined ? answerOfNothing(segment, draft.state.traits, draft.now) : membership.member;
  return answer ?? UNKNOWN;
}
