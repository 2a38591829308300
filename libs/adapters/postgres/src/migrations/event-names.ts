import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = [
  `create table event_names (name text primary key, last_seen bigint not null, seen json not null)`,
  `create table event_positions (partition integer primary key, next bigint not null, behind bigint not null)`,
];

/** Which events there are, and how far each partition was counted. */
export class EventNames1764072000000 implements MigrationInterface {
  readonly name = 'EventNames1764072000000';

  async up(runner: QueryRunner): Promise<void> {
    for (const statement of UP) await runner.query(statement);
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['event_positions', 'event_names']) await runner.query(`drop table ${table}`);
  }
}
