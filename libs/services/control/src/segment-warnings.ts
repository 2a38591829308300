import type { SegmentNamed } from '@tripline/engine';
import type { Problem } from '@tripline/kernel';

/** Said of a segment that is not there. */
const absent = (name: string): string => `there is no segment "${name}": until there is, nobody is known to be in it or not`;

/** Warns of segments a trigger names that are not there: what rests on them is unknown, and writes to nobody. */
export const segmentWarnings = (
  named: readonly SegmentNamed[],
  isThere: (name: string) => boolean,
  missing: (name: string) => string = absent,
): readonly Problem[] => named.filter(({ name }) => !isThere(name)).map(({ name, path }) => ({ path, message: missing(name) }));
