import type { JsonObject } from '@tripline/kernel';
import type { Profile } from '@tripline/model';
import type { ProfileStore } from '@tripline/ports';
import { column, type Sql } from './sql.js';

const APPLY = `
  insert into profiles (person, revision, traits)
  select * from unnest($1::text[], $2::bigint[], $3::json[]) as p(person, revision, traits) order by p.person
  on conflict (person) do update set revision = excluded.revision, traits = excluded.traits
  where profiles.revision < excluded.revision`;
const READ = 'select revision::float8 as revision, traits from profiles where person = $1';

/** The projection of profiles in PostgreSQL. */
export class PostgresProfiles implements ProfileStore {
  constructor(private readonly sql: Sql) {}

  async apply(profiles: readonly Profile[]): Promise<void> {
    const newest = [...newestOf(profiles).values()];
    if (newest.length === 0) return;
    await this.sql.rows(APPLY, [
      column(newest, (p) => p.person),
      column(newest, (p) => p.revision),
      column(newest, (p) => JSON.stringify(p.traits)),
    ]);
  }

  async profile(person: string): Promise<Profile | undefined> {
    const [row] = await this.sql.rows<{ revision: number; traits: JsonObject }>(READ, [person]);
    return row === undefined ? undefined : { person, revision: row.revision, traits: row.traits };
  }
}

/** One statement can write a row only once. */
function newestOf(profiles: readonly Profile[]): ReadonlyMap<string, Profile> {
  const newest = new Map<string, Profile>();
  for (const profile of profiles)
    if (profile.revision > (newest.get(profile.person)?.revision ?? 0)) newest.set(profile.person, profile);
  return newest;
}
