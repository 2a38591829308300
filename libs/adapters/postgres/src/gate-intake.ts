import type { Instant } from '@tripline/kernel';
import type { Action, Recall } from '@tripline/model';
import { GENERAL_TOPIC } from '@tripline/ports';
import { dayOf } from './action-days.js';
import { column, type Statements } from './sql.js';

const ADMIT = `
  insert into actions (id, day, person, trigger, version, step, run, channel, topic, template, decided, expires, body, due, changed, recalled)
  select a.*, $14::bigint, $14::bigint, exists (select 1 from recalls r where r.action = a.id)
  from unnest($1::text[], $2::integer[], $3::text[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::text[],
              $10::text[], $11::bigint[], $12::bigint[], $13::json[])
       as a(id, day, person, trigger, version, step, run, channel, topic, template, decided, expires, body)
  order by a.id
  on conflict do nothing
  returning id`;

/** Takes actions in; answers how many were new. Repeats within a batch count once. */
export async function admit(sql: Statements, actions: readonly Action[], now: Instant): Promise<number> {
  const rows = await sql.rows(ADMIT, [
    column(actions, (a) => a.id),
    column(actions, (a) => dayOf(a.decided)),
    column(actions, (a) => a.person),
    column(actions, (a) => a.trigger),
    column(actions, (a) => a.version),
    column(actions, (a) => a.step),
    column(actions, (a) => a.run),
    column(actions, (a) => a.channel),
    column(actions, (a) => a.topic ?? GENERAL_TOPIC),
    column(actions, (a) => a.template),
    column(actions, (a) => a.decided),
    column(actions, (a) => a.expires),
    column(actions, (a) => JSON.stringify(a)),
    now,
  ]);
  return rows.length;
}

const KEEP_RECALLS = `
  insert into recalls (action, id, reason, at)
  select * from unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) as r(action, id, reason, at) order by r.action
  on conflict do nothing`;
/** Due at once, also where a gate has claimed it: the claim ends, and its decision will not be kept. */
const MARK_RECALLED = `
  with locked as (select id, day from actions where id = any($1::text[]) and not recalled order by id for update)
  update actions a
  set recalled = true, leased = 0, due = case when a.status in ('waiting', 'held') then $2::bigint else a.due end
  from locked where a.id = locked.id and a.day = locked.day`;

export async function keepRecalls(sql: Statements, recalls: readonly Recall[], now: Instant): Promise<void> {
  const actions = column(recalls, (r) => r.action);
  await sql.rows(KEEP_RECALLS, [
    actions,
    column(recalls, (r) => r.id),
    column(recalls, (r) => r.reason),
    column(recalls, (r) => r.at),
  ]);
  await sql.rows(MARK_RECALLED, [actions, now]);
}

/** Claimed ones too: a gate that is just deciding to hold one is waited for, and what it set is set again. */
const LOOK_AGAIN = `
  with locked as (
    select id, day from actions
    where status in ('waiting', 'held') and (due > $2 or leased > $2) and ($1 = '*' or trigger = $1) order by id for update)
  update actions a set due = $2 from locked where a.id = locked.id and a.day = locked.day`;

/** What is held of a trigger (or of all: `*`) is due at once: something about it has changed. That change must be committed before. */
export const lookAgain = async (sql: Statements, scope: string, now: Instant): Promise<void> =>
  void (await sql.rows(LOOK_AGAIN, [scope, now]));
