import { formatInstant, later, type Instant, type Json, type JsonObject } from '@tripline/kernel';
import type { CompiledSegment } from '../compile/compiled-segment.js';
import { answerOfNothing, valuesAt } from '../segment/membership.js';
import type { Membership, PersonState } from './person-state.js';
import { segmentFor } from '../segment/warming.js';
import type { Program } from '../compile/program.js';

/** Which segments a person belongs to, as far as it is decided, with what the aggregates come to now. */
export const describeSegments = (program: Program, state: PersonState, now: Instant): Json[] =>
  program.segments().map((inForce) => {
    const { segments, traits } = state;
    const segment = segmentFor(state, inForce);
    const membership = segments.find((each) => each.segment === segment.name && each.version === segment.version);
    const { name, version } = segment;
    const known = membership === undefined ? describeNothing(segment, traits, now) : describeMembership(segment, membership, now);
    return { segment: name, version, ...known };
  });

const describeNothing = (segment: CompiledSegment, traits: JsonObject, now: Instant): JsonObject => ({
  member: answerOfNothing(segment, traits, now) ?? 'unknown',
  values: valuesAt(segment, [], now),
  ...warmingOf(segment, now),
});

function describeMembership(segment: CompiledSegment, { member, tallies, at, armed }: Membership, now: Instant): JsonObject {
  const coarse = segment.aggregates.filter((_, i) => tallies[i]?.coarse !== undefined).map(({ name }) => name);
  return {
    member: member ?? 'unknown',
    values: valuesAt(segment, tallies, later(at, now)),
    decidedUpTo: formatInstant(at),
    ...(armed === undefined || (member === undefined && armed < segment.warm) ? {} : { changes: formatInstant(armed) }),
    ...(coarse.length === 0 ? {} : { inDayBuckets: coarse }),
    ...warmingOf(segment, at),
  };
}

const warmingOf = ({ warm }: CompiledSegment, at: Instant): JsonObject => (at < warm ? { warming: formatInstant(warm) } : {});
