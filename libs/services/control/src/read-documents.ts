import { compileSegment, compileTrigger, type SegmentNamed } from '@tripline/engine';
import { describeProblems, encodeUtf8, isJsonObject, type JsonObject, type Problem } from '@tripline/kernel';
import {
  FIELD_NAMES,
  parseSegment,
  parseSettings,
  parseTemplate,
  parseTrigger,
  type Segment,
  type SettingsGiven,
  type Template,
  type Trigger,
} from '@tripline/model';
import type { DocumentKind, Place, ReadDocument } from '@tripline/ports';
import { checkTemplate } from '@tripline/render';
import { closest } from './closest.js';
import { settingsProblems } from './settings.js';
import { triggerWarnings } from './trigger-warnings.js';

/** A trigger or a segment, as JSON, is at most this many bytes: it travels in one record to every partition, and Kafka's own limit is a megabyte. */
export const CONTROL_BYTES_MAX = 262_144;

/** A problem of a document of a text, the first being document 0, with its place where it has one. */
export type DocumentProblem = Problem & Partial<Place> & { readonly document: number };

/** A document that may be published. */
export type GoodDocument = {
  readonly kind: DocumentKind | 'settings';
  /** Of settings, which have none: `settings`. */
  readonly name: string;
  readonly document: JsonObject;
  readonly trigger?: Trigger;
  /** Of a trigger: those it names. */
  readonly segments?: readonly SegmentNamed[];
  readonly segment?: Segment;
  readonly template?: Template;
  readonly settings?: SettingsGiven;
};

/** All the documents of a text: every one good, or every problem of all of them. Warnings are of what is legal but likely wrong. */
export type DocumentsRead =
  | { readonly ok: true; readonly documents: readonly GoodDocument[]; readonly warnings: readonly DocumentProblem[] }
  | { readonly ok: false; readonly problems: readonly DocumentProblem[] };

type OneRead = { readonly good?: GoodDocument; readonly problems: readonly Problem[]; readonly warnings: readonly Problem[] };

/** Checks documents that were read, of one text or of several, each as far as it can be checked by itself: they are published together. */
export function checkDocuments(read: readonly ReadDocument[]): DocumentsRead {
  if (read.length === 0) return { ok: false, problems: [{ document: 0, path: '', message: 'there is no document here' }] };
  const checked = read.map((document) => (document.ok ? checkDocument(document.value) : undefined));
  const placed = (pick: (one: OneRead) => readonly Problem[]): DocumentProblem[] =>
    read.flatMap((document, i) => placeProblems(document, i, checked[i] === undefined ? [] : pick(checked[i])));
  const problems = [...placed((one) => one.problems), ...repeated(checked, read)];
  const documents = checked.flatMap((one) => (one?.good === undefined ? [] : [one.good]));
  if (problems.length > 0 || documents.length < read.length) return { ok: false, problems };
  return { ok: true, documents, warnings: placed((one) => one.warnings) };
}

/** A name given twice in one text would leave open which of the two is meant. */
function repeated(checked: readonly (OneRead | undefined)[], read: readonly ReadDocument[]): readonly DocumentProblem[] {
  const seen = new Set<string>();
  return read.flatMap((document, i) => {
    const good = checked[i]?.good;
    if (good === undefined) return [];
    const one = `${good.kind} ${good.name}`;
    if (seen.has(one))
      return placeProblems(document, i, [
        {
          path: good.kind === 'settings' ? 'kind' : 'name',
          message: `${good.kind === 'settings' ? 'settings' : one} is already in this text`,
        },
      ]);
    seen.add(one);
    return [];
  });
}

/** Says where in its text each problem of a document stands (the field's name, or its value), and of an unknown field which was meant. */
export function placeProblems(
  document: ReadDocument,
  index: number,
  problems: readonly Problem[],
  part: 'name' | 'value' = 'name',
): DocumentProblem[] {
  if (!document.ok) return [{ document: index, path: '', message: document.message, ...document.place }];
  return problems.map((problem) => ({
    document: index,
    path: problem.path,
    message: withCure(problem),
    ...document.locate(problem.path, part),
  }));
}

const ABSENT = /^Invalid input: expected (\w+), received undefined$/;

/** Says what was probably meant by a field that nobody knows, and that one is missing in words. */
function withCure({ path, message }: Problem): string {
  const absent = ABSENT.exec(message)?.[1];
  if (absent !== undefined) return `must be given: ${/^[aeiou]/.test(absent) ? 'an' : 'a'} ${absent}`;
  const field = path.slice(path.lastIndexOf('.') + 1);
  const meant = message === 'unknown field' ? closest(field, FIELD_NAMES) : undefined;
  if (meant === field) return 'is a field elsewhere in a document, but not here';
  return meant === undefined ? message : `${message}: closest is "${meant}"`;
}

function checkDocument(value: unknown): OneRead {
  if (!isJsonObject(value)) return refused({ path: '', message: 'must be an object with a kind' });
  if (value['kind'] === 'trigger') return checkTrigger(value);
  if (value['kind'] === 'segment') return checkSegment(value);
  if (value['kind'] === 'template') return checkTemplateDocument(value);
  if (value['kind'] === 'settings') return checkSettings(value);
  return refused({
    path: 'kind',
    message: `must be trigger, segment, template or settings, not ${JSON.stringify(value['kind'] ?? null)}`,
  });
}

const refused = (...problems: readonly Problem[]): OneRead => ({ problems, warnings: [] });

function checkTrigger(document: JsonObject): OneRead {
  const parsed = parseTrigger(document);
  if (!parsed.ok) return refused(...parsed.problems);
  const trigger = parsed.value;
  const compiled = compileTrigger(trigger);
  if (!compiled.ok) return refused(...compiled.problems);
  const tooLarge = sizeProblem(document);
  if (tooLarge !== undefined) return refused(tooLarge);
  const { segments } = compiled.value;
  return {
    good: { kind: 'trigger', name: trigger.name, document, trigger, segments },
    problems: [],
    warnings: triggerWarnings(trigger),
  };
}

function checkSegment(document: JsonObject): OneRead {
  const parsed = parseSegment(document);
  if (!parsed.ok) return refused(...parsed.problems);
  const compiled = compileSegment(parsed.value);
  if (!compiled.ok) return refused(...compiled.problems);
  const tooLarge = sizeProblem(document);
  if (tooLarge !== undefined) return refused(tooLarge);
  const segment = parsed.value;
  return { good: { kind: 'segment', name: segment.name, document, segment }, problems: [], warnings: [] };
}

function checkSettings(document: JsonObject): OneRead {
  const parsed = parseSettings(document);
  if (!parsed.ok) return refused(...parsed.problems);
  const settings = parsed.value;
  const problems = settingsProblems(settings);
  return problems.length > 0
    ? refused(...problems)
    : { good: { kind: 'settings', name: 'settings', document, settings }, problems: [], warnings: [] };
}

function sizeProblem(document: JsonObject): Problem | undefined {
  const bytes = encodeUtf8(JSON.stringify(document)).length;
  if (bytes <= CONTROL_BYTES_MAX) return undefined;
  return { path: '', message: `has ${bytes} bytes as JSON, which is more than ${CONTROL_BYTES_MAX}` };
}

function checkTemplateDocument(document: JsonObject): OneRead {
  const parsed = parseTemplate(document);
  if (!parsed.ok) return refused(...parsed.problems);
  const checked = checkTemplate(parsed.value);
  if (!checked.ok) return refused(...checked.problems);
  return {
    good: { kind: 'template', name: parsed.value.name, document, template: parsed.value },
    problems: [],
    warnings: checked.value.warnings,
  };
}

/** What is wrong, in one line, for a log or a terminal. */
export const describeDocumentProblems = (problems: readonly DocumentProblem[]): string =>
  problems
    .map((p) => `${p.line === undefined ? '' : `line ${p.line}, column ${p.column ?? 1}: `}${describeProblems([p])}`)
    .join('; ');
