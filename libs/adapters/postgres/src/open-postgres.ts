import 'reflect-metadata';
import { OperatingError } from '@tripline/kernel';
import type {
  AttemptLedger,
  Catalogue,
  ConsentLedger,
  EventMemory,
  Gatehouse,
  Mailbox,
  MessageLog,
  ProfileStore,
  Switches,
  TemplateShelf,
  Watch,
} from '@tripline/ports';
import { DataSource } from 'typeorm';
import { ConsentEntity } from './entities/consent.entity.js';
import { DocumentEntity } from './entities/document.entity.js';
import { MailEntity } from './entities/mail.entity.js';
import { SuppressionEntity } from './entities/suppression.entity.js';
import { SwitchEntity } from './entities/switch.entity.js';
import { EventNames1764072000000 } from './migrations/event-names.js';
import { FirstTables1764000000000 } from './migrations/first-tables.js';
import { Semantics1764172800000 } from './migrations/semantics.js';
import { Settings1764086400000 } from './migrations/settings.js';
import { PostgresAttempts } from './postgres-attempts.js';
import { PostgresCatalogue } from './postgres-catalogue.js';
import { PostgresConsents } from './postgres-consents.js';
import { PostgresEventMemory } from './postgres-event-memory.js';
import { PostgresGatehouse } from './postgres-gatehouse.js';
import { PostgresMailbox } from './postgres-mailbox.js';
import { PostgresMessages } from './postgres-messages.js';
import { PostgresProfiles } from './postgres-profiles.js';
import { PostgresShelf } from './postgres-shelf.js';
import { PostgresSwitches } from './postgres-switches.js';
import { Sql } from './sql.js';
import { translateError } from './translate-error.js';

/** Connections a process holds at most, unless told otherwise. */
export const CONNECTIONS_DEFAULT = 10;
const CONNECT_MAX_MS = 10_000;
/** One process migrates at a time; the others wait and find it done. */
const MIGRATING = 7471200;

/** Every hot statement finds its rows by key: plans that read whole tables for a thousand of them are never right, however young the statistics. */
const PLANS = '-c random_page_cost=1.1 -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off';

export type PostgresOptions = {
  /** A connection string; the secret in it is never logged. */
  readonly url: string;
  readonly watch?: Watch;
  readonly connectionsMax?: number;
};

/** Every port that PostgreSQL keeps. */
export type Postgres = {
  readonly gatehouse: Gatehouse;
  readonly profiles: ProfileStore;
  readonly consents: ConsentLedger;
  readonly switches: Switches;
  readonly attempts: AttemptLedger;
  readonly catalogue: Catalogue;
  readonly events: EventMemory;
  readonly shelf: TemplateShelf;
  readonly messages: MessageLog;
  readonly mailbox: Mailbox;
  /** Rejects where the database does not answer. */
  check(): Promise<void>;
  close(): Promise<void>;
};

/** Connects, and brings the tables up to date; several processes may open at once. `OperatingError` where the server is not there. */
export async function openPostgres({ url, watch, connectionsMax = CONNECTIONS_DEFAULT }: PostgresOptions): Promise<Postgres> {
  const source = new DataSource({
    type: 'postgres',
    url,
    entities: [SwitchEntity, ConsentEntity, SuppressionEntity, MailEntity, DocumentEntity],
    migrations: [FirstTables1764000000000, EventNames1764072000000, Settings1764086400000, Semantics1764172800000],
    migrationsTableName: 'tripline_migrations',
    connectTimeoutMS: CONNECT_MAX_MS,
    poolErrorHandler: (error: unknown) => {
      watch?.meter.count('tripline_postgres_connections_lost_total');
      watch?.logger.warn('postgres.connection_lost', { error: error instanceof Error ? error.message : String(error) });
    },
    extra: { max: connectionsMax, options: PLANS },
    logging: false,
  });
  await initialise(source);
  return portsOf(source, watch);
}

async function initialise(source: DataSource): Promise<void> {
  try {
    await source.initialize();
    await migrate(source);
  } catch (cause) {
    if (source.isInitialized) await source.destroy();
    const error = translateError(cause);
    if (error instanceof OperatingError) throw error;
    throw new OperatingError('postgres-open', 'later', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

async function migrate(source: DataSource): Promise<void> {
  const runner = source.createQueryRunner();
  try {
    await runner.query('select pg_advisory_lock($1)', [MIGRATING]);
    await source.runMigrations({ transaction: 'all' });
    await runner.query('select pg_advisory_unlock($1)', [MIGRATING]);
  } finally {
    await runner.release();
  }
}

function portsOf(source: DataSource, watch: Watch | undefined): Postgres {
  const sql = new Sql(source);
  return {
    gatehouse: new PostgresGatehouse(sql, watch),
    profiles: new PostgresProfiles(sql),
    consents: new PostgresConsents(sql),
    switches: new PostgresSwitches(sql),
    attempts: new PostgresAttempts(sql),
    catalogue: new PostgresCatalogue(sql),
    events: new PostgresEventMemory(sql),
    shelf: new PostgresShelf(sql, watch),
    messages: new PostgresMessages(sql),
    mailbox: new PostgresMailbox(sql),
    check: async () => void (await sql.rows('select 1')),
    close: () => source.destroy(),
  };
}
