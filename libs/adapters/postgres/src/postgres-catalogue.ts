import { isDeepStrictEqual } from 'node:util';
import { accept, type Instant, type JsonObject, type Parsed } from '@tripline/kernel';
import type { Control, ControlChange } from '@tripline/model';
import type { Catalogue, DocumentKind, Outgoing, Published, SettingsMade } from '@tripline/ports';
import type { EntityManager } from 'typeorm';
import { DocumentEntity, type DocumentRow } from './entities/document.entity.js';
import { lookAgain } from './gate-intake.js';
import type { Sql, Statements } from './sql.js';

type Draft = { readonly kind: DocumentKind; readonly name: string; readonly document: JsonObject };
type Head = { readonly newest: number; readonly withdrawn: boolean; readonly document: JsonObject };
type PublishedRow = Omit<DocumentRow, 'document'> & { readonly document: JsonObject; readonly withdrawn: boolean };

/** One publisher at a time, so that revisions grow in the order of commits. */
export const PUBLISHING = 'select pg_advisory_xact_lock(7471201)';
const HEAD = `
  select h.newest, h.withdrawn, d.document
  from heads h join documents d on d.kind = h.kind and d.name = h.name and d.version = h.newest
  where h.kind = $1 and h.name = $2`;
const SET_HEAD = `
  insert into heads (kind, name, newest, withdrawn) values ($1, $2, $3, false)
  on conflict (kind, name) do update set newest = excluded.newest, withdrawn = false`;
const NEWEST = `
  select d.kind, d.name, d.version, d.document, d.published_at::float8 as "publishedAt", d."by", h.withdrawn
  from documents d join heads h using (kind, name)`;

const SETTINGS = 'select zone, zone_data as "zoneData", semantics, at::float8 as at, "by" from settings';
const SET_SETTINGS = `
  insert into settings (zone, zone_data, semantics, at, "by") values ($1, $2, $3, $4, $5)
  on conflict (one) do update set
    zone = excluded.zone, zone_data = excluded.zone_data, semantics = excluded.semantics, at = excluded.at, "by" = excluded."by"`;

/** What is published, in PostgreSQL: versions are rows that never change, a head says which is newest and whether it is withdrawn. */
export class PostgresCatalogue implements Catalogue {
  constructor(private readonly sql: Sql) {}

  publish(documents: readonly Draft[], by: string, now: Instant): Promise<readonly Published[]> {
    return this.sql.transaction(async (sql, manager) => {
      await sql.rows(PUBLISHING);
      const published: Published[] = [];
      for (const draft of documents) published.push(await publishOne(sql, manager, draft, by, now));
      return published;
    });
  }

  async withdraw(kind: DocumentKind, name: string, _by: string, now: Instant): Promise<boolean> {
    const withdrawn = await this.sql.transaction(async (sql) => {
      await sql.rows(PUBLISHING);
      const text = 'update heads set withdrawn = true where kind = $1 and name = $2 and not withdrawn returning name';
      if ((await sql.rows(text, [kind, name])).length === 0) return false;
      if (kind === 'trigger') await sql.rows(`update switches set entries = 'open' where scope = $1`, [name]);
      await putOut(sql, kind, name, { type: 'withdraw' });
      return true;
    });
    if (withdrawn && kind === 'trigger') await lookAgain(this.sql, name, now);
    return withdrawn;
  }

  mark(): Promise<number> {
    return this.sql.transaction(async (sql) => {
      await sql.rows(PUBLISHING);
      return nextRevision(sql);
    });
  }

  completeHistory(completeFrom: Instant, before: number): Promise<number> {
    return this.sql.transaction(async (sql) => {
      await sql.rows(PUBLISHING);
      const revision = await nextRevision(sql);
      const change = { type: 'history', completeFrom, before } as const;
      await intoOutbox(sql, { kind: 'control', of: 'history', name: 'history', revision, change });
      return revision;
    });
  }

  async settings(): Promise<SettingsMade | undefined> {
    const [made] = await this.sql.rows<SettingsMade>(SETTINGS);
    return made;
  }

  makeSettings(make: Parameters<Catalogue['makeSettings']>[0], by: string, now: Instant): Promise<Parsed<SettingsMade>> {
    return this.sql.transaction(async (sql) => {
      await sql.rows(PUBLISHING);
      const [before] = await sql.rows<SettingsMade>(SETTINGS);
      const made = make(before);
      if (!made.ok) return made;
      const { zone, zoneData, semantics } = made.value;
      if (before?.zone === zone && before.zoneData === zoneData && before.semantics === semantics) return accept(before);
      await sql.rows(SET_SETTINGS, [zone, zoneData, semantics, now, by]);
      const revision = await nextRevision(sql);
      const change = { type: 'settings', zone, zoneData, semantics } as const;
      await intoOutbox(sql, { kind: 'control', of: 'settings', name: 'settings', revision, change });
      return accept({ zone, zoneData, semantics, at: now, by });
    });
  }

  list(kind: DocumentKind): Promise<readonly Published[]> {
    return this.sql.rows<PublishedRow>(`${NEWEST} where d.kind = $1 and d.version = h.newest order by d.name`, [kind]);
  }

  async show(kind: DocumentKind, name: string, version?: number): Promise<Published | undefined> {
    const text = `${NEWEST} where d.kind = $1 and d.name = $2 and d.version = coalesce($3::integer, h.newest)`;
    const [row] = await this.sql.rows<PublishedRow>(text, [kind, name, version ?? null]);
    return row;
  }

  outbox(max: number): Promise<readonly Outgoing[]> {
    return this.sql.rows<Outgoing>('select id::float8 as id, control from outbox order by id limit $1', [max]);
  }

  async sent(ids: readonly number[]): Promise<void> {
    await this.sql.rows('delete from outbox where id = any($1::bigint[])', [ids]);
  }
}

async function publishOne(sql: Statements, manager: EntityManager, draft: Draft, by: string, now: Instant): Promise<Published> {
  const { kind, name, document } = draft;
  const [head] = await sql.rows<Head>(HEAD, [kind, name]);
  if (head !== undefined && !head.withdrawn && isDeepStrictEqual(head.document, document)) return newestOf(sql, kind, name);
  const version = (head?.newest ?? 0) + 1;
  await manager.insert(DocumentEntity, { ...draft, version, publishedAt: now, by });
  await sql.rows(SET_HEAD, [kind, name, version]);
  await putOut(sql, kind, name, { type: 'publish', version, document, openRuns: 'drain' });
  return { ...draft, version, publishedAt: now, by, withdrawn: false };
}

async function newestOf(sql: Statements, kind: DocumentKind, name: string): Promise<Published> {
  const [row] = await sql.rows<PublishedRow>(`${NEWEST} where d.kind = $1 and d.name = $2 and d.version = h.newest`, [
    kind,
    name,
  ]);
  return row as Published;
}

/** Puts what concerns the tasks into the outbox as a control record; its place there is its revision. */
export async function putOut(sql: Statements, kind: DocumentKind, name: string, change: ControlChange): Promise<void> {
  if (kind === 'template') return;
  const revision = await nextRevision(sql);
  await intoOutbox(sql, { kind: 'control', ...(kind === 'segment' ? { of: kind } : {}), name, revision, change });
}

async function nextRevision(sql: Statements): Promise<number> {
  const [next] = await sql.rows<{ revision: number }>(`select nextval('revisions')::float8 as revision`);
  return next?.revision ?? 0;
}

async function intoOutbox(sql: Statements, control: Control): Promise<void> {
  await sql.rows('insert into outbox (id, control) values ($1, $2::json)', [control.revision, JSON.stringify(control)]);
}
