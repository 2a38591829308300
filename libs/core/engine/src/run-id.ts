import { deriveId } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import type { Run } from './person-state.js';

/** The same attempt has the same id on every replay. */
export const runIdOf = (person: PersonKey, run: Run): string => deriveId('run', run.trigger, person, run.key, run.opener);
