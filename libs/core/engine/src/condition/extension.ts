import { later, type Instant } from '@tripline/kernel';
import type { Extension } from './fact.js';
import type { Run } from '../person/person-state.js';

/** The newest repeat that has moved a run's deadlines: the condition as a whole counts from it. */
export const newestExtension = ({ extended }: Run): Instant | undefined => extended?.map(({ at }) => at).reduce(later);

/** The run's extensions with a repeat at `at` while this item was waited for. */
export const extendedBy = ({ extended = [] }: Run, { item, at }: Extension): readonly Extension[] => [
  ...extended.filter((each) => each.item !== item),
  { item, at },
];
