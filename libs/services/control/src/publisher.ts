import { parseTemplate, type Settings, type SettingsGiven, type Template, type Trigger } from '@tripline/model';
import type { Parsed, Problem } from '@tripline/kernel';
import type {
  Catalogue,
  Clock,
  DocumentKind,
  DocumentReader,
  EventMemory,
  ReadDocument,
  Published,
  SettingsMade,
  Wake,
} from '@tripline/ports';
import { eventWarnings } from './event-warnings.js';
import { checkDocuments, placeProblems, type DocumentProblem, type DocumentsRead, type GoodDocument } from './read-documents.js';
import { segmentWarnings } from './segment-warnings.js';
import { templateNamesOf, templateWarnings } from './template-warnings.js';

export type PublishAnswer =
  | {
      readonly ok: true;
      readonly published: readonly Published[];
      readonly settings?: SettingsMade;
      readonly warnings: readonly DocumentProblem[];
    }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

/** Where settings are looked at and put in force. */
export type SettingsKeeper = {
  check(given: SettingsGiven): Promise<Parsed<Required<Settings>>>;
  change(given: SettingsGiven, by: string): Promise<Parsed<SettingsMade>>;
};

export type PublisherOptions = {
  readonly catalogue: Catalogue;
  readonly events: EventMemory;
  /** Whether events are still counted here. */
  readonly counting: { readonly halted: boolean };
  readonly reader: DocumentReader;
  readonly settings: SettingsKeeper;
  readonly clock: Clock;
  readonly outbox: Wake;
};

/**
 * Publishes and withdraws documents. A text is published whole or not at all; a document equal to its newest version makes no new one. Settings come first: where
 * they are refused nothing is published. Should the database fail between the two, the same text again brings the rest.
 */
export class Publisher {
  constructor(private readonly options: PublisherOptions) {}

  /** Only looks: what `publish` would say, and nothing is published. */
  async check(text: string): Promise<DocumentsRead> {
    const given = this.options.reader.read(text);
    const read = checkDocuments(given);
    if (!read.ok) return read;
    const { documents } = read;
    const refused = await this.#refusedSettings(documents, given);
    if (refused.length > 0) return { ok: false, problems: refused };
    const { events, clock, counting } = this.options;
    const seen = { ...(await events.seen(clock.now())), halted: counting.halted };
    const warnings = await Promise.all(
      documents.map(async (document, i) => {
        const text = given[i];
        if (text === undefined) return [];
        const named = await this.#namingWarnings(document, documents);
        return [...placeProblems(text, i, named), ...placeProblems(text, i, eventWarningsOf(document, seen), 'value')];
      }),
    );
    return { ...read, warnings: [...read.warnings, ...warnings.flat()].sort((a, b) => a.document - b.document) };
  }

  async publish(text: string, by: string): Promise<PublishAnswer> {
    const { catalogue, clock, outbox } = this.options;
    const read = await this.check(text);
    if (!read.ok) return read;
    const made = await this.#putSettings(read.documents, by);
    if (made?.ok === false)
      return { ok: false, problems: made.problems.map((problem) => ({ ...problem, document: settingsAt(read.documents) })) };
    const published = await catalogue.publish(segmentsFirst(read.documents), by, clock.now());
    outbox.call();
    const settings = made === undefined ? {} : { settings: made.value };
    return { ok: true, published: inOrderOf(read.documents, published), ...settings, warnings: read.warnings };
  }

  /** False where there is no such document in force. */
  async withdraw(kind: DocumentKind, name: string, by: string): Promise<boolean> {
    const { catalogue, clock, outbox } = this.options;
    const withdrawn = await catalogue.withdraw(kind, name, by, clock.now());
    outbox.call();
    return withdrawn;
  }

  /** By what is in force now, which these documents alone do not say. */
  async #refusedSettings(
    documents: readonly GoodDocument[],
    given: readonly ReadDocument[],
  ): Promise<readonly DocumentProblem[]> {
    const at = settingsAt(documents);
    const text = given[at];
    const { settings } = documents[at] ?? {};
    if (settings === undefined || text === undefined) return [];
    const checked = await this.options.settings.check(settings);
    return checked.ok ? [] : placeProblems(text, at, checked.problems, 'value');
  }

  async #putSettings(documents: readonly GoodDocument[], by: string): Promise<Parsed<SettingsMade> | undefined> {
    const { settings } = documents[settingsAt(documents)] ?? {};
    return settings === undefined ? undefined : this.options.settings.change(settings, by);
  }

  /** Of templates and segments that are not there; those that come with it are. */
  async #namingWarnings(document: GoodDocument, all: readonly GoodDocument[]): Promise<readonly Problem[]> {
    const { trigger } = document;
    return [
      ...(trigger === undefined ? [] : await this.#templateWarnings(trigger, all)),
      ...(await this.#segmentWarnings(document, all)),
    ];
  }

  /** A message whose template is missing, or needs what the step does not give, would fail at sending. */
  async #templateWarnings(trigger: Trigger, all: readonly GoodDocument[]): Promise<readonly Problem[]> {
    const found = new Map(all.flatMap(({ template }) => (template === undefined ? [] : [[template.name, template] as const])));
    for (const name of templateNamesOf(trigger)) {
      const published = found.has(name) ? undefined : await this.#template(name);
      if (published !== undefined) found.set(name, published);
    }
    return templateWarnings(trigger, (name) => found.get(name));
  }

  async #segmentWarnings({ segments = [] }: GoodDocument, all: readonly GoodDocument[]): Promise<readonly Problem[]> {
    const there = new Set(all.flatMap(({ kind, name }) => (kind === 'segment' ? [name] : [])));
    for (const { name } of segments) {
      const published = there.has(name) ? undefined : await this.options.catalogue.show('segment', name);
      if (published?.withdrawn === false) there.add(name);
    }
    return segmentWarnings(segments, (name) => there.has(name));
  }

  async #template(name: string): Promise<Template | undefined> {
    const published = await this.options.catalogue.show('template', name);
    const parsed = published === undefined || published.withdrawn ? undefined : parseTemplate(published.document);
    return parsed?.ok === true ? parsed.value : undefined;
  }
}

const eventWarningsOf = ({ trigger, segment }: GoodDocument, seen: Parameters<typeof eventWarnings>[1]): readonly Problem[] => {
  const naming = trigger ?? segment;
  return naming === undefined ? [] : eventWarnings(naming, seen);
};

/** A segment is in force before the triggers that name it. */
function segmentsFirst(documents: readonly GoodDocument[]): Parameters<Catalogue['publish']>[0] {
  const drafts = documents.flatMap(({ kind, name, document }) => (kind === 'settings' ? [] : [{ kind, name, document }]));
  return [...drafts.filter(({ kind }) => kind === 'segment'), ...drafts.filter(({ kind }) => kind !== 'segment')];
}

const settingsAt = (documents: readonly GoodDocument[]): number => documents.findIndex(({ kind }) => kind === 'settings');

const inOrderOf = (documents: readonly GoodDocument[], published: readonly Published[]): readonly Published[] =>
  documents.flatMap(({ kind, name }) => published.filter((one) => one.kind === kind && one.name === name));
