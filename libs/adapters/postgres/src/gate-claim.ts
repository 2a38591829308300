import { plus, type Duration, type Instant, type JsonObject } from '@tripline/kernel';
import { addressOf, type Action, type Channel } from '@tripline/model';
import { GENERAL_TOPIC, type Pausing, type Waiting } from '@tripline/ports';
import { addressHash } from './address-hash.js';
import { column, type Statements } from './sql.js';

type ClaimedRow = {
  readonly body: Action;
  readonly looked: boolean;
  readonly attempts: number;
  readonly recalled: boolean;
  readonly stopped: boolean;
  readonly paused: Pausing['messages'] | null;
  readonly withdrawn: boolean;
  readonly revision: number | null;
  readonly traits: JsonObject | null;
  readonly granted: boolean | null;
};

/** What pauses do with messages: of two that differ `drop` counts, which stands before `hold` also in the alphabet. */
export const PAUSED = `(
    select min(s.messages) from switches s where s.scope in ('*', a.trigger) and s.state = 'paused')`;

/** Claims and reads the facts in one statement. A topic's own newest consent comes before the general one. */
const CLAIM = `
  with due as (
    select id, day from actions where due <= $1 and leased <= $1 order by due limit $3 for update skip locked),
  claimed as (
    update actions a set leased = $2 from due where a.id = due.id and a.day = due.day returning a.*)
  select a.body, a.looked, a.attempts,
         a.recalled or exists (select 1 from recalls r where r.action = a.id) as recalled,
         exists (select 1 from switches s where s.scope in ('*', a.trigger) and s.state = 'stopped') as stopped,
         ${PAUSED} as paused,
         coalesce(h.withdrawn, false) as withdrawn,
         p.revision::float8 as revision, p.traits, c.granted
  from claimed a
  left join heads h on h.kind = 'trigger' and h.name = a.trigger
  left join profiles p on p.person = a.person
  left join lateral (
    select granted from consents c
    where c.person = a.person and c.channel = a.channel and c.topic in (a.topic, '${GENERAL_TOPIC}')
    order by c.topic = a.topic desc, c.at desc, c.id desc limit 1) c on true
  order by a.due, a.id`;

const SUPPRESSED = `
  select s.channel || s.address_hash as known from suppressions s
  join unnest($1::text[], $2::text[]) as x(channel, address_hash) using (channel, address_hash)`;

/** Claims due actions and reads all the gate judges by: two statements, however many actions. */
export async function claim(sql: Statements, now: Instant, lease: Duration, max: number): Promise<readonly Waiting[]> {
  const rows = await sql.rows<ClaimedRow>(CLAIM, [now, plus(now, lease), max]);
  const hashes = rows.map((row) => hashOf(row.body.channel, row.traits));
  const asked = rows.flatMap((row, i) => (hashes[i] === undefined ? [] : [{ channel: row.body.channel, hash: hashes[i] }]));
  const parameters = [column(asked, (a) => a.channel), column(asked, (a) => a.hash)];
  const found = asked.length === 0 ? [] : await sql.rows<{ known: string }>(SUPPRESSED, parameters);
  const known = new Set(found.map((row) => row.known));
  return rows.map((row, i) => waitingOf(row, known.has(`${row.body.channel}${hashes[i] ?? ''}`)));
}

function hashOf(channel: Channel, traits: JsonObject | null): string | undefined {
  const address = traits === null ? undefined : addressOf(channel, traits);
  return address === undefined ? undefined : addressHash(channel, address);
}

const waitingOf = (row: ClaimedRow, suppressed: boolean): Waiting => ({
  action: row.body,
  firstLook: !row.looked,
  attempts: row.attempts,
  facts: {
    stopped: row.stopped,
    paused: row.paused ?? undefined,
    withdrawn: row.withdrawn,
    recalled: row.recalled,
    profile:
      row.traits === null || row.revision === null
        ? undefined
        : { person: row.body.person, revision: row.revision, traits: row.traits },
    consent: row.granted ?? undefined,
    suppressed,
  },
});
