import { parseTemplate, type Template, type Trigger } from '@tripline/model';
import type { Problem } from '@tripline/kernel';
import type { Catalogue, Clock, DocumentKind, DocumentReader, EventMemory, Published, Wake } from '@tripline/ports';
import { eventWarnings } from './event-warnings.js';
import { checkDocuments, placeProblems, type DocumentProblem, type DocumentsRead, type GoodDocument } from './read-documents.js';
import { segmentWarnings } from './segment-warnings.js';
import { templateNamesOf, templateWarnings } from './template-warnings.js';

export type PublishAnswer =
  | { readonly ok: true; readonly published: readonly Published[]; readonly warnings: readonly DocumentProblem[] }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

export type PublisherOptions = {
  readonly catalogue: Catalogue;
  readonly events: EventMemory;
  /** Whether events are still counted here. */
  readonly counting: { readonly halted: boolean };
  readonly reader: DocumentReader;
  readonly clock: Clock;
  readonly outbox: Wake;
};

/** Publishes and withdraws documents. A text is published whole or not at all; a document equal to its newest version makes no new one. */
export class Publisher {
  constructor(private readonly options: PublisherOptions) {}

  /** Only looks: what `publish` would say, and nothing is published. */
  async check(text: string): Promise<DocumentsRead> {
    const given = this.options.reader.read(text);
    const read = checkDocuments(given);
    if (!read.ok) return read;
    const { documents } = read;
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
    const published = await catalogue.publish(segmentsFirst(read.documents), by, clock.now());
    outbox.call();
    return { ok: true, published: inOrderOf(read.documents, published), warnings: read.warnings };
  }

  /** False where there is no such document in force. */
  async withdraw(kind: DocumentKind, name: string, by: string): Promise<boolean> {
    const { catalogue, clock, outbox } = this.options;
    const withdrawn = await catalogue.withdraw(kind, name, by, clock.now());
    outbox.call();
    return withdrawn;
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
  const drafts = documents.map(({ kind, name, document }) => ({ kind, name, document }));
  return [...drafts.filter(({ kind }) => kind === 'segment'), ...drafts.filter(({ kind }) => kind !== 'segment')];
}

const inOrderOf = (documents: readonly GoodDocument[], published: readonly Published[]): readonly Published[] =>
  documents.flatMap(({ kind, name }) => published.filter((one) => one.kind === kind && one.name === name));
