import { storableText } from '@tripline/kernel';
import type { Consent, ConsentLedger, Suppression } from '@tripline/ports';
import { addressHash } from './address-hash.js';
import { ConsentEntity } from './entities/consent.entity.js';
import { SuppressionEntity } from './entities/suppression.entity.js';
import type { Sql } from './sql.js';

/** Rows one statement writes, at most: each takes up to eight of PostgreSQL's 65,535 parameters. */
const ROWS_MAX = 2_000;

/** The consent ledger and the suppression list in PostgreSQL. */
export class PostgresConsents implements ConsentLedger {
  constructor(private readonly sql: Sql) {}

  /** All or nothing. */
  async record(consents: readonly Consent[]): Promise<void> {
    const rows = consents.map(({ person, topic, source, textVersion, ...rest }) => ({
      ...{ ...rest, person: storableText(person), topic: storableText(topic), source: storableText(source) },
      textVersion: textVersion === undefined ? null : storableText(textVersion),
    }));
    await this.sql.transaction(async (_, manager) => {
      for (let i = 0; i < rows.length; i += ROWS_MAX) await manager.insert(ConsentEntity, rows.slice(i, i + ROWS_MAX));
    });
  }

  /** An address suppressed before stays so, with its first reason. */
  async suppress(suppressions: readonly Suppression[]): Promise<void> {
    const rows = suppressions.map(({ channel, address, reason, at }) => ({
      ...{ channel, reason: storableText(reason), at },
      addressHash: addressHash(channel, address),
    }));
    await this.sql.transaction(async (_, manager) => {
      for (let i = 0; i < rows.length; i += ROWS_MAX)
        await manager
          .createQueryBuilder()
          .insert()
          .into(SuppressionEntity)
          .values(rows.slice(i, i + ROWS_MAX))
          .orIgnore()
          .execute();
    });
  }
}
