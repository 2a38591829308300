import type { Instant, JsonObject, Parsed } from '@tripline/kernel';
import type { Control, Settings, Template } from '@tripline/model';

export type DocumentKind = 'trigger' | 'segment' | 'template';

/** A published version of a document; immutable. `document` is as it was given. */
export type Published = {
  readonly kind: DocumentKind;
  readonly name: string;
  readonly version: number;
  readonly document: JsonObject;
  readonly publishedAt: Instant;
  readonly by: string;
  readonly withdrawn: boolean;
};

/** The settings as they were made. */
export type SettingsMade = Required<Settings> & { readonly at: Instant; readonly by: string };

/** A control record on its way to every partition of `tripline.events`. */
export type Outgoing = { readonly id: number; readonly control: Control };

/**
 * What is published, and the outbox that carries triggers and segments to the tasks. Revisions grow in the order of commits; of documents that
 * are published together in the order given.
 */
export interface Catalogue {
  /** Publishes all or nothing. A document equal to its newest version makes no new one. */
  publish(
    documents: readonly { readonly kind: DocumentKind; readonly name: string; readonly document: JsonObject }[],
    by: string,
    now: Instant,
  ): Promise<readonly Published[]>;
  /** False where there is no such document, or it is withdrawn already. */
  withdraw(kind: DocumentKind, name: string, by: string, now: Instant): Promise<boolean>;
  /** The newest version of each, by name. */
  list(kind: DocumentKind): Promise<readonly Published[]>;
  show(kind: DocumentKind, name: string, version?: number): Promise<Published | undefined>;
  /** A revision greater than that of everything published so far, and smaller than that of whatever comes. */
  mark(): Promise<number>;
  /** Puts out that history is complete from that instant on, for what was published before the mark; answers the revision. */
  completeHistory(completeFrom: Instant, before: number): Promise<number>;
  /** The settings in force; undefined where none were made. */
  settings(): Promise<SettingsMade | undefined>;
  /**
   * Puts in force and out what is made of the settings before, while nobody else changes them; the same again is not made anew and tells nobody. What `make`
   * refuses changes nothing, and is answered.
   */
  makeSettings(
    make: (before: SettingsMade | undefined) => Parsed<Required<Settings>>,
    by: string,
    now: Instant,
  ): Promise<Parsed<SettingsMade>>;
  /** Control records not yet acknowledged by the log, oldest first. */
  outbox(max: number): Promise<readonly Outgoing[]>;
  sent(ids: readonly number[]): Promise<void>;
}

/** The newest published template, for rendering; works while the control plane is down. */
export interface TemplateShelf {
  template(name: string): Promise<Template | undefined>;
}
