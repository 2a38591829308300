import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The number of the engine's semantics, among the settings; before it was told there was one. */
export class Semantics1764172800000 implements MigrationInterface {
  readonly name = 'Semantics1764172800000';

  async up(runner: QueryRunner): Promise<void> {
    await runner.query('alter table settings add column semantics integer not null default 1 check (semantics >= 1)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table settings drop column semantics');
  }
}
