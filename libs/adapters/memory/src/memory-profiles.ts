import { storableText } from '@tripline/kernel';
import type { Profile } from '@tripline/model';
import type { ProfileStore } from '@tripline/ports';
import type { Connection } from './connection.js';
import { profileOf } from './profile-row.js';
import { store } from './stored.js';

/** The projection of profiles in memory. */
export class MemoryProfiles implements ProfileStore {
  constructor(private readonly connection: Connection) {}

  apply(all: readonly Profile[]): Promise<void> {
    return this.connection.transaction(({ profiles }) => {
      for (const { person, revision, traits } of all) {
        const key = storableText(person);
        if (revision > (profiles.get(key)?.revision ?? 0)) profiles.put(key, { revision, traits: store(traits) });
      }
    });
  }

  profile(person: string): Promise<Profile | undefined> {
    return this.connection.transaction((tables) => profileOf(tables, person));
  }
}
