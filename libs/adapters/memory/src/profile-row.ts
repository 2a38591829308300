import { storableText } from '@tripline/kernel';
import type { Profile } from '@tripline/model';
import { load } from './stored.js';
import type { Tables } from './tables.js';

export function profileOf({ profiles }: Tables, person: string): Profile | undefined {
  const row = profiles.get(storableText(person));
  return row === undefined ? undefined : { person, revision: row.revision, traits: load(row.traits) };
}
