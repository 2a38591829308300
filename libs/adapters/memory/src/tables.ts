import type { Instant, JsonObject } from '@tripline/kernel';
import type { Channel, Control } from '@tripline/model';
import type { DocumentKind, Message, NameRow, SendResult, SettingsMade, Switch } from '@tripline/ports';
import { ActionTable } from './action-table.js';
import type { Stored } from './stored.js';
import { Table, type Journal } from './table.js';

export type AttemptRow = { readonly begun: Instant; readonly result?: Stored<SendResult> };
export type ProfileRow = { readonly revision: number; readonly traits: Stored<JsonObject> };
export type ConsentRow = { readonly granted: boolean; readonly at: Instant };
export type MailRow = { readonly id: string; readonly person: string; readonly message: Stored<Message>; readonly at: Instant };
export type VersionRow = { readonly document: Stored<JsonObject>; readonly publishedAt: Instant; readonly by: string };
/** `versions` are from 1, the newest last. */
export type HeadRow = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly withdrawn: boolean;
  readonly versions: readonly VersionRow[];
};

/** Several texts as one key. */
export const keyOfAll = (...parts: readonly (string | number)[]): string => JSON.stringify(parts);
export const addressKey = (channel: Channel, normalised: string): string => keyOfAll(channel, normalised);

/** All that one database keeps. */
export function makeTables(journal: Journal) {
  return {
    actions: new ActionTable(journal),
    /** Reasons by action: the first recall's. */
    recalls: new Table<string, string>(journal),
    attempts: new Table<string, AttemptRow>(journal),
    profiles: new Table<string, ProfileRow>(journal),
    /** The newest entry of each person, channel and topic: what was before it nobody asks for. */
    consents: new Table<string, ConsentRow>(journal),
    suppressions: new Table<string, true>(journal),
    switches: new Table<string, Switch>(journal),
    heads: new Table<string, HeadRow>(journal),
    settings: new Table<'made', SettingsMade>(journal),
    revisions: new Table<'last', number>(journal),
    outbox: new Table<number, Stored<Control>>(journal),
    mailbox: new Table<string, MailRow>(journal),
    eventNames: new Table<string, NameRow>(journal),
    eventPositions: new Table<number, { readonly next: number; readonly behind: number }>(journal),
  } as const;
}
export type Tables = ReturnType<typeof makeTables>;
