import { allSteps, CHANNELS, parseTemplate, type MessageStep, type Step, type Template, type Trigger } from '@tripline/model';
import type { Catalogue, Clock, DocumentKind, DocumentReader, Published, Wake } from '@tripline/ports';
import { readDocuments, type DocumentProblem, type DocumentsRead } from './read-documents.js';

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
    const templates = read.documents.flatMap(({ template }) => template ?? []);
    const warnings = await Promise.all(read.documents.map(({ trigger }, i) => this.#templateWarnings(i, trigger, templates)));
    const drafts = read.documents.map(({ kind, name, document }) => ({ kind, name, document }));
    const published = await catalogue.publish(drafts, by, clock.now());
    outbox.call();
    return { ok: true, published, warnings: [...read.warnings, ...warnings.flat()] };
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
    const warnings = await Promise.all(
      [...allSteps(trigger.do, 'do')].map(async ({ path, step }) => {
        if (!isMessage(step)) return [];
        const template = given.find(({ name }) => name === templateOf(step)) ?? (await this.#template(step));
        return stepWarnings(step, path, template);
      }),
    );
    return warnings.flat().map((warning) => ({ document, ...warning }));
  }

  async #template(step: MessageStep): Promise<Template | undefined> {
    const published = await this.options.catalogue.show('template', templateOf(step));
    const parsed = published === undefined || published.withdrawn ? undefined : parseTemplate(published.document);
    return parsed?.ok === true ? parsed.value : undefined;
  }
}

const isMessage = (step: Step): step is MessageStep => CHANNELS.some((channel) => channel in step);
const channelOf = (step: MessageStep): Template['channel'] =>
  'email' in step ? 'email' : 'sms' in step ? 'sms' : 'web' in step ? 'web' : 'webhook';
const templateOf = (step: MessageStep): string =>
  'email' in step ? step.email : 'sms' in step ? step.sms : 'web' in step ? step.web : step.webhook;

function stepWarnings(step: MessageStep, at: string, template: Template | undefined): { path: string; message: string }[] {
  const channel = channelOf(step);
  const path = `${at}.${channel}`;
  if (template === undefined)
    return [{ path, message: `there is no template "${templateOf(step)}": its messages will fail until there is` }];
  if (template.channel !== channel) return [{ path, message: `the template "${template.name}" is for ${template.channel}` }];
  const missing = Object.keys(template.needs).filter((need) => step.with?.[need] === undefined);
  return missing.map((need) => ({
    path: `${at}.with`,
    message: `the template "${template.name}" needs "${need}", which this step does not give`,
  }));
}
