import { deriveId } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';
import type { Run } from '../person/person-state.js';

/** The same attempt has the same id on every replay, however often it was restarted, and whoever it was handed over to. */
export const runIdOf = (person: PersonKey, run: Pick<Run, 'trigger' | 'key' | 'opener' | 'origin'>): string =>
  deriveId('run', run.trigger, run.origin ?? person, run.key, run.opener);
