import { isDeepStrictEqual } from 'node:util';
import { accept, storableText, type Instant, type JsonObject, type Parsed } from '@tripline/kernel';
import type { Catalogue, DocumentKind, Outgoing, Published, SettingsMade } from '@tripline/ports';
import type { Connection } from './connection.js';
import { intoOutbox, nextRevision, putOut } from './control-outbox.js';
import { lookAgain } from './gate-intake.js';
import { byText } from './order.js';
import { load, store } from './stored.js';
import { keyOfAll, type HeadRow, type Tables } from './tables.js';

type Draft = { readonly kind: DocumentKind; readonly name: string; readonly document: JsonObject };

/** What is published, in memory: versions that never change, and whether the newest is withdrawn. */
export class MemoryCatalogue implements Catalogue {
  constructor(private readonly connection: Connection) {}

  publish(documents: readonly Draft[], by: string, now: Instant): Promise<readonly Published[]> {
    return this.connection.transaction((tables) => documents.map((draft) => publishOne(tables, draft, by, now)));
  }

  async withdraw(kind: DocumentKind, name: string, _by: string, now: Instant): Promise<boolean> {
    const withdrawn = await this.connection.transaction((tables) => withdrawOne(tables, kind, name));
    if (withdrawn && kind === 'trigger') await this.connection.transaction((tables) => lookAgain(tables, name, now));
    return withdrawn;
  }

  list(kind: DocumentKind): Promise<readonly Published[]> {
    return this.connection.transaction(({ heads }) =>
      heads
        .rows()
        .filter((head) => head.kind === kind)
        .sort((a, b) => byText(a.name, b.name))
        .flatMap((head) => versionOf(head) ?? []),
    );
  }

  show(kind: DocumentKind, name: string, version?: number): Promise<Published | undefined> {
    return this.connection.transaction(({ heads }) => versionOf(heads.get(headKey(kind, name)), version));
  }

  mark(): Promise<number> {
    return this.connection.transaction(nextRevision);
  }

  completeHistory(completeFrom: Instant, before: number): Promise<number> {
    return this.connection.transaction((tables) => {
      const revision = nextRevision(tables);
      const change = { type: 'history', completeFrom, before } as const;
      intoOutbox(tables, { kind: 'control', of: 'history', name: 'history', revision, change });
      return revision;
    });
  }

  settings(): Promise<SettingsMade | undefined> {
    return this.connection.transaction(({ settings }) => settings.get('made'));
  }

  makeSettings(make: Parameters<Catalogue['makeSettings']>[0], by: string, now: Instant): Promise<Parsed<SettingsMade>> {
    return this.connection.transaction((tables) => {
      const before = tables.settings.get('made');
      const made = make(before);
      if (!made.ok) return made;
      const { zone, zoneData, semantics } = made.value;
      if (before?.zone === zone && before.zoneData === zoneData && before.semantics === semantics) return accept(before);
      const next = { zone, zoneData, semantics, at: now, by };
      tables.settings.put('made', next);
      const change = { type: 'settings', zone, zoneData, semantics } as const;
      const revision = nextRevision(tables);
      intoOutbox(tables, { kind: 'control', of: 'settings', name: 'settings', revision, change });
      return accept(next);
    });
  }

  outbox(max: number): Promise<readonly Outgoing[]> {
    return this.connection.transaction(({ outbox }) =>
      [...outbox.entries()]
        .sort(([a], [b]) => a - b)
        .slice(0, max)
        .map(([id, control]) => ({ id, control: load(control) })),
    );
  }

  sent(ids: readonly number[]): Promise<void> {
    return this.connection.transaction(({ outbox }) => {
      for (const id of ids) outbox.put(id, undefined);
    });
  }
}

export const headKey = (kind: DocumentKind, name: string): string => keyOfAll(kind, storableText(name));

function publishOne(tables: Tables, { kind, name, document }: Draft, by: string, now: Instant): Published {
  const head = tables.heads.get(headKey(kind, name));
  const newest = versionOf(head);
  if (newest !== undefined && !newest.withdrawn && isDeepStrictEqual(newest.document, document)) return newest;
  const versions = [...(head?.versions ?? []), { document: store(document), publishedAt: now, by: storableText(by) }];
  tables.heads.put(headKey(kind, name), { kind, name: storableText(name), withdrawn: false, versions });
  const version = versions.length;
  putOut(tables, kind, name, { type: 'publish', version, document, openRuns: 'drain' });
  return { kind, name, document, version, publishedAt: now, by, withdrawn: false };
}

/** The newest unless said otherwise. */
function versionOf(head: HeadRow | undefined, version = head?.versions.length ?? 0): Published | undefined {
  const found = head?.versions[version - 1];
  if (head === undefined || found === undefined) return undefined;
  const { kind, name, withdrawn } = head;
  return { kind, name, version, ...found, document: load(found.document), withdrawn };
}

/** The withdrawal of a trigger opens its entries. */
function withdrawOne(tables: Tables, kind: DocumentKind, name: string): boolean {
  const head = tables.heads.get(headKey(kind, name));
  if (head === undefined || head.withdrawn) return false;
  tables.heads.put(headKey(kind, name), { ...head, withdrawn: true });
  const over = kind === 'trigger' ? tables.switches.get(head.name) : undefined;
  if (over !== undefined) tables.switches.put(head.name, { ...over, entries: 'open' });
  putOut(tables, kind, name, { type: 'withdraw' });
  return true;
}
