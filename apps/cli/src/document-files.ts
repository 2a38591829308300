import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';

/** Files of one call. */
export const FILES_MAX = 1_000;
/** Folders within folders are read to this depth. */
const DEPTH_MAX = 8;
const EXTENSIONS = new Set(['.yaml', '.yml', '.json']);
/** What a folder of triggers may hold beside them. */
const NOT_OURS = new Set(['node_modules', 'package.json', 'package-lock.json']);

export type DocumentFile = { readonly file: string; readonly text: string };
type Span = { readonly file: string; readonly firstLine: number };

/** Several files as one text, published together, that remembers which line came from where. */
export type Documents = { readonly text: string; readonly files: readonly Span[] };

/** Does a folder's file of this name hold documents? */
export const isDocumentName = (name: string): boolean => EXTENSIONS.has(extname(name)) && !NOT_OURS.has(basename(name));

/** Reads the files, and those of the folders, in the order of their names, each once. Throws, naming the path, where there is nothing to read. */
export async function readFiles(paths: readonly string[]): Promise<readonly DocumentFile[]> {
  const found = (await Promise.all(paths.map((path) => filesOf(path, DEPTH_MAX)))).flat();
  const files = [...new Map(found.map((file) => [resolve(file), file])).values()];
  if (files.length === 0) throw new Error(`no .yaml, .yml or .json file in ${paths.join(', ')}`);
  if (files.length > FILES_MAX) throw new Error(`${files.length} files are more than ${FILES_MAX}`);
  return Promise.all(files.map(async (file) => ({ file, text: (await readFile(file, 'utf8')).replace(/^\ufeff/, '') })));
}

/** The same as one text, for a server that takes one. */
export const readDocumentFiles = async (paths: readonly string[]): Promise<Documents> => joined(await readFiles(paths));

async function filesOf(path: string, depth: number): Promise<readonly string[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new Error(`there is no ${path}`);
  if (!found.isDirectory()) return [path];
  if (depth === 0) throw new Error(`${path} is too deep`);
  const entries = (await readdir(path, { withFileTypes: true })).sort((a, b) => (a.name < b.name ? -1 : 1));
  const wanted = entries.filter(
    (entry) => !entry.name.startsWith('.') && (entry.isDirectory() ? !NOT_OURS.has(entry.name) : isDocumentName(entry.name)),
  );
  return (await Promise.all(wanted.map(({ name }) => filesOf(join(path, name), depth - 1)))).flat();
}

/** One text of several, parted by `---`. */
export function joined(texts: readonly DocumentFile[]): Documents {
  const files: Span[] = [];
  let text = '';
  let line = 1;
  for (const one of texts) {
    if (text !== '') [text, line] = [`${text}---\n`, line + 1];
    files.push({ file: one.file, firstLine: line });
    const ended = one.text.endsWith('\n') ? one.text : `${one.text}\n`;
    text += ended;
    line += ended.split('\n').length - 1;
  }
  return { text, files };
}

/** Where a line of the text stands: the file and its own line in it. */
export function placeOf({ files }: Documents, line: number): { readonly file: string; readonly line: number } {
  const span = files.findLast(({ firstLine }) => firstLine <= line) ?? files[0];
  return { file: span?.file ?? '', line: line - (span?.firstLine ?? 1) + 1 };
}
