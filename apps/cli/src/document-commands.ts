import { ControlRefusal, type ControlClient, type TextProblem } from '@tripline/adapters-http';
import type { Published } from '@tripline/ports';
import type { Command } from 'commander';
import { goodFiles, type FiledDocument } from './check-files.js';
import type { GoodDocument } from '@tripline/services-control';
import { compareDocument, compareSettings, type Comparison } from './compare-document.js';
import { readDocumentFiles, type Documents } from './document-files.js';
import { count, type Output } from './output.js';
import { printable, problemLine } from './report.js';

const PATHS = 'files, or folders of .yaml, .yml and .json files';

export function addDocumentCommands(program: Command, client: () => ControlClient, by: () => string, output: Output): void {
  program
    .command('validate')
    .description('says what is wrong with documents, and what is likely wrong; asks no server unless told to')
    .argument('<path...>', PATHS)
    .option('--server', 'asks the control plane what it would say: it knows the templates, segments and events there are')
    .action(async (paths: readonly string[], { server = false }: { readonly server?: boolean }) => {
      const documents = await goodFiles(paths, output, !server);
      if (server) await askServer(await readDocumentFiles(paths), client(), output);
      output.out(`${count(documents.length, 'document')}: nothing wrong`);
    });
  program
    .command('diff')
    .description('says what apply would change; publishes nothing')
    .argument('<path...>', PATHS)
    .action(async (paths: readonly string[]) => writeDiff(await goodFiles(paths, output), client(), output));
  program
    .command('apply')
    .description('publishes the documents of files and folders: all of them, or none')
    .requiredOption('-f, --file <path...>', PATHS)
    .action(async ({ file }: { readonly file: readonly string[] }) => {
      const documents = await readDocumentFiles(file);
      const { published, settings, warnings } = await refused(documents, client().publish(documents.text, by()));
      for (const { kind, name, version } of published) output.out(`${kind} ${name} version ${version}`);
      if (settings !== undefined) output.out(printable(`settings zone ${settings.zone}, semantics ${settings.semantics}`));
      warn(documents, warnings, output);
    });
}

async function askServer(documents: Documents, client: ControlClient, output: Output): Promise<void> {
  const { warnings } = await refused(documents, client.check(documents.text));
  warn(documents, warnings, output);
}

async function writeDiff(documents: readonly FiledDocument[], client: ControlClient, output: Output): Promise<void> {
  const kinds = [...new Set(documents.map(({ kind }) => kind))];
  const published = new Map<GoodDocument['kind'], readonly Published[]>();
  for (const kind of kinds) if (kind !== 'settings') published.set(kind, await client.published(kind));
  const counts = { new: 0, changed: 0, unchanged: 0 };
  for (const document of documents) {
    const { kind, name, settings } = document;
    const before = published.get(kind)?.find((one) => one.name === name);
    const comparison =
      settings === undefined ? compareDocument(document, before) : compareSettings(document, await client.settings());
    counts[comparison.kind]++;
    output.out(printable(comparisonText(settings === undefined ? `${kind} ${name}` : kind, comparison)));
  }
  output.out(`${counts.new} new, ${counts.changed} changed, ${counts.unchanged} unchanged`);
}

const versionText = ({ version }: { readonly version?: number }): string =>
  version === undefined ? '' : ` (version ${version})`;

function comparisonText(what: string, comparison: Comparison): string {
  if (comparison.kind === 'changed') return `changed    ${what}${versionText(comparison)}\n${comparison.patch}`;
  if (comparison.kind === 'unchanged') return `unchanged  ${what}${versionText(comparison)}`;
  return `new        ${what}${comparison.withdrawn === undefined ? '' : ` (version ${comparison.withdrawn} was withdrawn)`}`;
}

/** The problems of documents are named by their files. */
async function refused<T>(documents: Documents, answer: Promise<T>): Promise<T> {
  return answer.catch((error: unknown) => {
    if (!(error instanceof ControlRefusal) || error.problems.length === 0) throw error;
    const lines = error.problems.map((problem) => problemLine(documents, problem));
    throw new ControlRefusal(error.status, error.code, [...lines, error.message].join('\n'), []);
  });
}

function warn(documents: Documents, warnings: readonly TextProblem[], output: Output): void {
  for (const warning of warnings) output.err(`warning: ${problemLine(documents, warning)}`);
}
