import { later, plus, type Duration } from '@tripline/kernel';
import type { CompiledSegment } from '../compile/compiled-segment.js';
import type { PersonState } from '../person/person-state.js';

/** The segment as it is to this person: somebody who was set aside is not known until its longest window has passed since their release. */
export function segmentFor({ gap }: PersonState, segment: CompiledSegment): CompiledSegment {
  if (gap?.to === undefined) return segment;
  const longest = Math.max(0, ...segment.aggregates.map(({ within }) => within)) as Duration;
  return { ...segment, warm: later(segment.warm, plus(gap.to, longest)) };
}
