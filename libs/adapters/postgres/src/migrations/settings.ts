import type { MigrationInterface, QueryRunner } from 'typeorm';

const UP = `
  create table settings (
    one boolean primary key default true check (one), zone text not null, zone_data text not null, at bigint not null, "by" text not null
  )`;

/** What the tasks are told beside documents: one row, or none. */
export class Settings1764086400000 implements MigrationInterface {
  readonly name = 'Settings1764086400000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(UP);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('drop table settings');
  }
}
