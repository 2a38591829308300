import { minus, storableText, type Instant } from '@tripline/kernel';
import {
  addTally,
  EVENT_NAMES_MAX,
  FORGOTTEN_AFTER,
  seenOf,
  type EventMemory,
  type EventsSeen,
  type NameRow,
  type Remembered,
  type Tally,
} from '@tripline/ports';
import { column, type Sql, type Statements } from './sql.js';

/** One counter adds at a time, so that positions and counts go together. */
const ADDING = 'select pg_advisory_xact_lock(7471202)';
const POSITIONS = 'select partition, next::float8 as next from event_positions where partition = any($1::integer[])';
const SET_POSITIONS = `
  insert into event_positions (partition, next, behind) select * from unnest($1::integer[], $2::bigint[], $3::bigint[])
  on conflict (partition) do update set next = excluded.next, behind = excluded.behind`;
const BEHIND = 'select sum(behind)::float8 as behind from event_positions';
const ROWS = 'select name, last_seen::float8 as "lastSeen", seen from event_names';
const COUNT = 'select count(*)::integer as count from event_names';
const FORGET = 'delete from event_names where last_seen < $1 and name <> all($2::text[])';
const SET_ROWS = `
  insert into event_names (name, last_seen, seen) select * from unnest($1::text[], $2::bigint[], $3::json[])
  on conflict (name) do update set last_seen = excluded.last_seen, seen = excluded.seen`;

/** Which events there are, in PostgreSQL: one row a name, at most `EVENT_NAMES_MAX`. */
export class PostgresEventMemory implements EventMemory {
  constructor(private readonly sql: Sql) {}

  add(tallies: readonly Tally[], now: Instant): Promise<Remembered> {
    return this.sql.transaction(async (sql) => {
      await sql.rows(ADDING);
      const positions = await positionsOf(
        sql,
        tallies.map(({ partition }) => partition),
      );
      const fitting = tallies.filter(({ partition, from }) => positions.get(partition) === from);
      const namesOver = await addNames(sql, fitting, now);
      await setPositions(sql, fitting);
      for (const { partition, next } of fitting) positions.set(partition, next);
      return { positions, namesOver };
    });
  }

  async position(partition: number): Promise<number | undefined> {
    return (await positionsOf(this.sql, [partition])).get(partition);
  }

  async seen(now: Instant): Promise<EventsSeen> {
    const rows = await this.sql.rows<NameRow>(ROWS);
    const [left] = await this.sql.rows<{ behind: number }>(BEHIND);
    const events = rows.map((row) => seenOf(row, now)).sort((a, b) => (a.name < b.name ? -1 : 1));
    return { events, behind: left?.behind ?? 0 };
  }
}

async function positionsOf(sql: Statements, partitions: readonly number[]): Promise<Map<number, number>> {
  const rows = await sql.rows<{ partition: number; next: number }>(POSITIONS, [partitions]);
  return new Map(rows.map(({ partition, next }) => [partition, next]));
}

const setPositions = (sql: Statements, tallies: readonly Tally[]): Promise<unknown> =>
  sql.rows(SET_POSITIONS, [
    column(tallies, (tally) => tally.partition),
    column(tallies, (tally) => tally.next),
    column(tallies, (tally) => tally.behind),
  ]);

/** How many names there was no room for. */
async function addNames(sql: Statements, tallies: readonly Tally[], now: Instant): Promise<number> {
  const names = [...new Set(tallies.flatMap((tally) => [...tally.names.keys()].map(storableText)))];
  if (names.length === 0) return 0;
  const known = await sql.rows<NameRow>(`${ROWS} where name = any($1::text[])`, [names]);
  const rows = new Map(known.map((row) => [row.name, row]));
  const fresh = names.filter((name) => !rows.has(name));
  const over = new Set(fresh.slice(await roomFor(sql, fresh.length, names, now)));
  for (const tally of tallies)
    for (const [given, counted] of tally.names) {
      const name = storableText(given);
      if (!over.has(name)) rows.set(name, addTally(rows.get(name), name, counted, now));
    }
  await setRows(sql, [...rows.values()]);
  return over.size;
}

/** How many names more there may be; what is long gone makes room. */
async function roomFor(sql: Statements, wanted: number, names: readonly string[], now: Instant): Promise<number> {
  const room = async (): Promise<number> =>
    Math.max(0, EVENT_NAMES_MAX - ((await sql.rows<{ count: number }>(COUNT))[0]?.count ?? 0));
  const before = await room();
  if (before >= wanted) return before;
  await sql.rows(FORGET, [minus(now, FORGOTTEN_AFTER), names]);
  return room();
}

const setRows = (sql: Statements, rows: readonly NameRow[]): Promise<unknown> =>
  sql.rows(SET_ROWS, [
    column(rows, (row) => row.name),
    column(rows, (row) => row.lastSeen),
    column(rows, (row) => JSON.stringify(row.seen)),
  ]);
