import { YamlReader } from '@tripline/adapters-yaml';
import type { Problem } from '@tripline/kernel';
import type { Template } from '@tripline/model';
import type { ReadDocument } from '@tripline/ports';
import {
  checkDocuments,
  placeProblems,
  segmentWarnings,
  templateWarnings,
  type DocumentProblem,
  type GoodDocument,
} from '@tripline/services-control';
import { readFiles, type DocumentFile } from './document-files.js';
import type { Output } from './output.js';
import { placedLine } from './report.js';

/** A document that may be published, and the file it stands in. */
export type FiledDocument = GoodDocument & { readonly file: string };

/** Every document good, or every problem of all of them, as lines that name file, line and column. */
export type FilesChecked =
  | { readonly ok: true; readonly documents: readonly FiledDocument[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

type Filed = { readonly file: string; readonly read: ReadDocument };

/** Checks the documents of files and folders as publishing them together would; nobody is asked. */
export async function checkFiles(paths: readonly string[]): Promise<FilesChecked> {
  const files = await readFiles(paths);
  const filed = files.flatMap(({ file, text }: DocumentFile): readonly Filed[] =>
    new YamlReader().read(text).map((read) => ({ file, read })),
  );
  const checked = checkDocuments(filed.map(({ read }) => read));
  const lines = (problems: readonly DocumentProblem[]): readonly string[] =>
    problems.map((problem) => placedLine(filed[problem.document]?.file ?? paths.join(', '), problem));
  if (!checked.ok) return { ok: false, problems: lines(checked.problems) };
  const warnings = [...checked.warnings, ...missing(checked.documents, filed)];
  const documents = checked.documents.map((document, i) => ({ ...document, file: filed[i]?.file ?? '' }));
  return { ok: true, documents, warnings: lines(warnings.sort((a, b) => a.document - b.document)) };
}

/** Of what triggers name and these files do not have. */
function missing(documents: readonly GoodDocument[], filed: readonly Filed[]): readonly DocumentProblem[] {
  const templates = new Map(
    documents.flatMap(({ name, template }): [string, Template][] => (template ? [[name, template]] : [])),
  );
  const segments = new Set(documents.flatMap(({ kind, name }) => (kind === 'segment' ? [name] : [])));
  const warningsOf = ({ trigger, segments: named = [] }: GoodDocument): readonly Problem[] => [
    ...(trigger === undefined ? [] : templateWarnings(trigger, (name) => templates.get(name), elsewhere)),
    ...segmentWarnings(named, (name) => segments.has(name), unknownHere),
  ];
  return documents.flatMap((document, i) => {
    const read = filed[i]?.read;
    return read === undefined ? [] : placeProblems(read, i, warningsOf(document));
  });
}

const elsewhere = (name: string): string => `the template "${name}" is not in these files: messages fail unless it is published`;

const unknownHere = (name: string): string =>
  `the segment "${name}" is not in these files: nobody is known to be in it or not unless it is published`;

/** The documents, where all of them are good; else their problems are written and it throws. Warnings are written too where asked. */
export async function goodFiles(paths: readonly string[], output: Output, warn = false): Promise<readonly FiledDocument[]> {
  const checked = await checkFiles(paths);
  if (!checked.ok) {
    for (const problem of checked.problems) output.err(problem);
    throw new Error(`${checked.problems.length === 1 ? 'one problem' : `${checked.problems.length} problems`}`);
  }
  if (warn) for (const warning of checked.warnings) output.err(`warning: ${warning}`);
  return checked.documents;
}
