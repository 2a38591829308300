import { storableText } from '@tripline/kernel';
import type { DataSource, EntityManager } from 'typeorm';
import { hasCollided, translateError } from './translate-error.js';

export type Parameter = string | number | boolean | null | readonly (string | number | boolean | null)[];

/** Runs statements; every error is an `OperatingError`. */
export interface Statements {
  rows<Row>(text: string, parameters?: readonly Parameter[]): Promise<readonly Row[]>;
}

/** How often a transaction that only ran into another is tried. */
const TRIES_MAX = 5;

/** The database, by statements where it is hot, by entities where it is not. */
export class Sql implements Statements {
  constructor(private readonly source: DataSource) {}

  rows<Row>(text: string, parameters: readonly Parameter[] = []): Promise<readonly Row[]> {
    return this.#guard(() => run<Row>(this.source.manager, text, parameters));
  }

  /** All of the work or nothing. The work may run again: it must have no other effects. */
  transaction<T>(work: (sql: Statements, manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#guard(() =>
      this.source.transaction((manager) => work({ rows: (text, parameters = []) => run(manager, text, parameters) }, manager)),
    );
  }

  /** Work by entities, outside a transaction. */
  entities<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.#guard(() => work(this.source.manager));
  }

  async #guard<T>(work: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!hasCollided(error) || tries === TRIES_MAX) throw translateError(error);
      }
    }
  }
}

/** TypeORM answers an UPDATE with its rows and their number, anything else with its rows. */
async function run<Row>(manager: EntityManager, text: string, parameters: readonly Parameter[]): Promise<readonly Row[]> {
  const given = parameters.map((parameter) => (typeof parameter === 'string' ? storableText(parameter) : parameter));
  const answer: unknown = await manager.query(text, given);
  const [rows, count] = answer as readonly [unknown, unknown];
  return (Array.isArray(rows) && typeof count === 'number' ? rows : answer) as readonly Row[];
}

/** One array a column, for `unnest`: thousands of rows a statement. */
export const column = <T, V extends string | number | boolean | null>(items: readonly T[], read: (item: T) => V): readonly V[] =>
  items.map((item) => {
    const value = read(item);
    return typeof value === 'string' ? (storableText(value) as V) : value;
  });
