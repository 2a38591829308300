import { parseTemplate, type Template, type Trigger } from '@tripline/model';
import type { Catalogue, Clock, DocumentKind, DocumentReader, Published, Wake } from '@tripline/ports';
import { readDocuments, type DocumentProblem, type DocumentsRead, type GoodDocument } from './read-documents.js';
import { segmentWarnings } from './segment-warnings.js';
import { templateNamesOf, templateWarnings } from './template-warnings.js';

export type PublishAnswer =
  | { readonly ok: true; readonly published: readonly Published[]; readonly warnings: readonly DocumentProblem[] }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

export type PublisherOptions = {
  readonly catalogue: Catalogue;
  readonly reader: DocumentReader;
  readonly clock: Clock;
  readonly outbox: Wake;
};

/** Publishes and withdraws documents. A text is published whole or not at all; a document equal to its newest version makes no new one. */
export class Publisher {
  constructor(private readonly options: PublisherOptions) {}

  /** Only looks: what `publish` would say, and nothing is published. */
  check(text: string): DocumentsRead {
    return readDocuments(this.options.reader, text);
  }

  async publish(text: string, by: string): Promise<PublishAnswer> {
    const { catalogue, clock, outbox } = this.options;
    const read = this.check(text);
    if (!read.ok) return read;
    const { documents } = read;
    const templates = documents.flatMap(({ template }) => template ?? []);
    const warnings = await Promise.all(
      documents.map(async (document, i) => [
        ...(await this.#templateWarnings(i, document.trigger, templates)),
        ...(await this.#segmentWarnings(i, document, documents)),
      ]),
    );
    const published = await catalogue.publish(segmentsFirst(documents), by, clock.now());
    outbox.call();
    return { ok: true, published: inOrderOf(documents, published), warnings: [...read.warnings, ...warnings.flat()] };
  }

  /** False where there is no such document in force. */
  async withdraw(kind: DocumentKind, name: string, by: string): Promise<boolean> {
    const { catalogue, clock, outbox } = this.options;
    const withdrawn = await catalogue.withdraw(kind, name, by, clock.now());
    outbox.call();
    return withdrawn;
  }

  /** A message whose template is missing, or needs what the step does not give, would fail at sending. */
  async #templateWarnings(
    document: number,
    trigger: Trigger | undefined,
    given: readonly Template[],
  ): Promise<DocumentProblem[]> {
    if (trigger === undefined) return [];
    const found = new Map(given.map((template) => [template.name, template]));
    for (const name of templateNamesOf(trigger)) {
      const published = found.has(name) ? undefined : await this.#template(name);
      if (published !== undefined) found.set(name, published);
    }
    return templateWarnings(trigger, (name) => found.get(name)).map((warning) => ({ document, ...warning }));
  }

  /** Segments that come with the trigger count as there. */
  async #segmentWarnings(
    index: number,
    { segments = [] }: GoodDocument,
    all: readonly GoodDocument[],
  ): Promise<DocumentProblem[]> {
    const there = new Set(all.flatMap(({ kind, name }) => (kind === 'segment' ? [name] : [])));
    for (const { name } of segments) {
      const published = there.has(name) ? undefined : await this.options.catalogue.show('segment', name);
      if (published?.withdrawn === false) there.add(name);
    }
    return segmentWarnings(segments, (name) => there.has(name)).map((warning) => ({ document: index, ...warning }));
  }

  async #template(name: string): Promise<Template | undefined> {
    const published = await this.options.catalogue.show('template', name);
    const parsed = published === undefined || published.withdrawn ? undefined : parseTemplate(published.document);
    return parsed?.ok === true ? parsed.value : undefined;
  }
}

/** A segment is in force before the triggers that name it. */
function segmentsFirst(documents: readonly GoodDocument[]): Parameters<Catalogue['publish']>[0] {
  const drafts = documents.map(({ kind, name, document }) => ({ kind, name, document }));
  return [...drafts.filter(({ kind }) => kind === 'segment'), ...drafts.filter(({ kind }) => kind !== 'segment')];
}

const inOrderOf = (documents: readonly GoodDocument[], published: readonly Published[]): readonly Published[] =>
  documents.flatMap(({ kind, name }) => published.filter((one) => one.kind === kind && one.name === name));
