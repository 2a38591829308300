import type { Instant } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import type { PersonState } from '../person/person-state.js';

/** What was handed over: `from` whom, received `at`. */
export type Taking = { readonly from: PersonKey; readonly at: Instant; readonly other: PersonState };
