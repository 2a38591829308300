import { earlier, later, minus, type Instant } from '@tripline/kernel';
import type { CompiledSegment } from '../compile/compiled-segment.js';
import type { Draft } from '../draft.js';
import type { Membership, Messages, PersonState } from '../person/person-state.js';
import { DISTINCT_MAX, mergedTally } from '../segment/aggregate.js';
import { mergedHistory } from '../segment/history-counted.js';
import { answerOfNothing, nextChange } from '../segment/membership.js';
import { keepMembership, longDecided, nobodyYet, type Told } from '../segment/segments.js';
import { NO_TALLY, type Entry, type Tally } from '../segment/tally.js';
import { segmentFor } from '../segment/warming.js';
import type { Taking } from './taking.js';

/**
 * Who belongs to which segment, when two ids become one person.
 * G1. What both counted is counted together, each value once.
 * G2. Who was told to be other than someone without any event is, under either id, is that now: an entering or leaving that one of the ids was told
 *     is not told again, and one that both together come to is told.
 * G3. What was decided before the handoff stays; what both together come to earlier counts from then (S3). A change that was pending under either
 *     id by then is decided anew, by what both know.
 * Answers what is to be told at once.
 */
export function takeSegments(draft: Draft, mine: PersonState, { at, other }: Taking): readonly Told[] {
  const came = Object.keys(draft.state.traits).filter((trait) => !Object.hasOwn(mine.traits, trait));
  return draft.program.segments().flatMap((inForce) => {
    const segment = segmentFor(draft.state, inForce);
    const theirs = other.segments.find((each) => each.segment === segment.name);
    const isRead = came.some((trait) => segment.traits.has(trait) || segment.traits.has('*'));
    return theirs === undefined && !isRead ? [] : take(draft, segment, mine, theirs, { at, other });
  });
}

function take(
  draft: Draft,
  segment: CompiledSegment,
  mine: PersonState,
  theirs: Membership | undefined,
  { at: received, other }: Pick<Taking, 'at' | 'other'>,
): readonly Told[] {
  const before = mine.segments.find((each) => each.segment === segment.name);
  const own = before ?? nobodyYet(segment, mine.traits, received);
  const also = theirs === undefined ? nobodyYet(segment, other.traits, received) : ofVersion(segment, theirs);
  const member = toldOf(answerOfNothing(segment, {}, received), own.member, also.member);
  const tallies = talliesOf(draft, segment, own, isAnyIn(mine.messages, other.messages) ? onlyIn(also, own) : also);
  const { name, version, test } = segment;
  const history = mergedHistory(own.history, also.history);
  const known = { ...(member === undefined ? {} : { member }), ...(history === undefined ? {} : { history }) };
  const rest = { segment: name, version, test, tallies, ...known, ...traitsOf(own, also) };
  const decided = decidedIn([own, also], minus(received, segment.settle));
  const both = { ...rest, at: decidedIn([own, also], longDecided(segment, received)) };
  const change = nextChange(segment, both, draft.state.traits);
  const isEarly = change !== undefined && change.at <= decided;
  return keepMembership(draft, segment, before, isEarly ? { ...both, at: decided } : both, received);
}

/** Of another version only what it counted, where that is the same. */
function ofVersion({ version, test }: CompiledSegment, theirs: Membership): Membership {
  if (theirs.version === version) return theirs;
  return theirs.test === test ? untold(theirs) : { ...untold(theirs), tallies: [] };
}

const untold = ({ member: _member, ...rest }: Membership): Membership => rest;

/** Up to when both were decided, no further than `limit` and the first change that is pending there; what one has told is decided. */
function decidedIn(both: readonly Membership[], limit: Instant): Instant {
  const pending = both.map(({ armed }) => (armed !== undefined && armed <= limit ? ((armed - 1) as Instant) : limit));
  return both.map(({ at }) => at).reduce(later, pending.reduce(earlier));
}

/** G2. */
function toldOf(ofNothing: boolean | undefined, mine: boolean | undefined, theirs: boolean | undefined): boolean | undefined {
  if (mine === undefined || theirs === undefined) return mine ?? theirs;
  return mine === theirs || ofNothing === undefined ? mine : !ofNothing;
}

function talliesOf(draft: Draft, { aggregates }: CompiledSegment, own: Membership, also: Membership): readonly Tally[] {
  return aggregates.map((part, i) => {
    const [a, b] = [own.tallies[i] ?? NO_TALLY, also.tallies[i] ?? NO_TALLY];
    const tally = mergedTally(part, a, b);
    if (tally.coarse !== undefined && (a.coarse ?? b.coarse) === undefined) draft.note('aggregate-coarse');
    if (part.kind === 'distinct' && a.entries.length + b.entries.length > DISTINCT_MAX && tally.entries.length === DISTINCT_MAX)
      draft.note('distinct-full');
    return tally;
  });
}

/** Was one message told under both ids? What both counted alike is then one. */
function isAnyIn(mine: Messages, other: Messages): boolean {
  const known = new Set([...mine.current, ...mine.before]);
  return [...other.current, ...other.before].some((id) => known.has(id));
}

function onlyIn(also: Membership, own: Membership): Membership {
  const isSame = (a: Entry, b: Entry): boolean => a.at === b.at && a.value === b.value;
  const tallies = also.tallies.map(({ entries, ...rest }, i) => ({
    ...rest,
    entries: entries.filter((entry) => own.tallies[i]?.entries.every((each) => !isSame(each, entry)) ?? true),
  }));
  return { ...also, tallies };
}

/** What is still pending of either: the later. */
function traitsOf(own: Membership, also: Membership): Pick<Membership, 'traitsFrom' | 'traitsSilent'> {
  const last = (own.traitsFrom ?? 0) < (also.traitsFrom ?? 0) ? also : own;
  if (last.traitsFrom === undefined) return {};
  return { traitsFrom: last.traitsFrom, ...(last.traitsSilent === undefined ? {} : { traitsSilent: last.traitsSilent }) };
}
