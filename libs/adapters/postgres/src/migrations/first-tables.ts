import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Instants are milliseconds, given by the caller. Documents are `json`, not `jsonb`: kept as they came, whatever characters they hold. */
const UP = [
  `create table actions (
     id text not null, day integer not null,
     person text not null, trigger text not null, version integer not null, step text not null, run text not null,
     channel text not null, topic text not null, template text not null,
     decided bigint not null, expires bigint not null, body json not null,
     status text not null default 'waiting', reason text, changed bigint not null,
     due bigint, leased bigint not null default 0, looked boolean not null default false,
     recalled boolean not null default false, attempts integer not null default 0,
     decision json, kept bigint, told boolean not null default true, later text[] not null default '{}',
     primary key (id, day)
   ) partition by list (day)`,
  `create table actions_other partition of actions default`,
  `create index actions_due on actions (due) where due is not null`,
  `create index actions_untold on actions (kept) where not told`,
  `create index actions_handed on actions (expires) where status = 'handed'`,
  `create index actions_person on actions (person, decided)`,
  `create index actions_decided on actions (decided)`,
  `create table recalls (action text primary key, id text not null, reason text not null, at bigint not null)`,
  `create table attempts (
     action text not null, attempt integer not null, provider text not null, begun bigint not null, finished bigint, result json,
     primary key (action, attempt))`,
  `create table profiles (person text primary key, revision bigint not null, traits json not null)`,
  `create table consents (
     id bigint generated always as identity primary key, person text not null, channel text not null, topic text not null,
     granted boolean not null, source text not null, text_version text, at bigint not null)`,
  `create index consents_newest on consents (person, channel, topic, at desc, id desc)`,
  `create table suppressions (
     channel text not null, address_hash text not null, reason text not null, at bigint not null, primary key (channel, address_hash))`,
  `create table switches (
     scope text primary key, state text not null, entries text not null default 'open', messages text not null, at bigint not null, "by" text not null)`,
  `create table documents (
     kind text not null, name text not null, version integer not null, document json not null, published_at bigint not null,
     "by" text not null, primary key (kind, name, version))`,
  `create table heads (
     kind text not null, name text not null, newest integer not null, withdrawn boolean not null, primary key (kind, name))`,
  `create sequence revisions`,
  `create table outbox (id bigint primary key, control json not null)`,
  `create table mailbox (id text primary key, person text not null, message json not null, at bigint not null)`,
  `create index mailbox_newest on mailbox (at)`,
];

const TABLES = [
  ...['mailbox', 'outbox', 'heads', 'documents', 'switches', 'suppressions', 'consents', 'profiles', 'attempts', 'recalls'],
  'actions',
];

/** The first tables. Actions are partitioned by the UTC day they were decided on, so that what is old can go by the day. */
export class FirstTables1764000000000 implements MigrationInterface {
  readonly name = 'FirstTables1764000000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`drop table ${table}`);
    await runner.query('drop sequence revisions');
  }
}
