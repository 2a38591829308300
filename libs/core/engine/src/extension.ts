import { later } from '@tripline/kernel';
import type { Extension } from './fact.js';
import type { Ground } from './judgement.js';
import type { Run } from './person-state.js';

/** What repeats have moved of a run; the condition as a whole counts from the newest. */
export function extensionOf({ extended }: Run): Pick<Ground, 'extended' | 'earliest'> {
  return extended === undefined ? {} : { extended, earliest: extended.map(({ at }) => at).reduce(later) };
}

/** The run's extensions with a repeat at `at` while this item was waited for. */
export const extendedBy = ({ extended = [] }: Run, { item, at }: Extension): readonly Extension[] => [
  ...extended.filter((each) => each.item !== item),
  { item, at },
];
