import type { DocumentReader, Place, ReadDocument } from '@tripline/ports';
import { Composer, isMap, isScalar, isSeq, LineCounter, type Document, type Node, type ParsedNode } from 'yaml';
import { boundedTokens, TooMuch } from './bounded-tokens.js';

/** Text past this is refused: far more than any set of documents. */
export const TEXT_LENGTH_MAX = 1_000_000;
/** Documents of one text. */
export const DOCUMENTS_MAX = 500;
/** How often aliases may multiply what they name: no bomb grows past it. */
const ALIASES_MAX = 100;

const START: Place = { line: 1, column: 1 };

/** Reads YAML 1.2, of which JSON is a part; one document or several, parted by `---`. Empty ones are passed over. */
export class YamlReader implements DocumentReader {
  read(text: string): readonly ReadDocument[] {
    if (text.length > TEXT_LENGTH_MAX) return [{ ok: false, message: `longer than ${TEXT_LENGTH_MAX} characters`, place: START }];
    const lines = new LineCounter();
    try {
      return readAll(text, lines);
    } catch (error) {
      if (error instanceof TooMuch) return [{ ok: false, message: error.message, place: placeAt(lines, error.offset) }];
      throw error;
    }
  }
}

function readAll(text: string, lines: LineCounter): readonly ReadDocument[] {
  const composer = new Composer({ lineCounter: lines, prettyErrors: false, uniqueKeys: true, version: '1.2', merge: false });
  const read: ReadDocument[] = [];
  for (const document of composer.compose(boundedTokens(text, lines), true, text.length)) {
    const one = readOne(document, lines);
    if (!one.ok || one.value !== null) read.push(one);
    if (read.length > DOCUMENTS_MAX) throw new TooMuch(`more than ${DOCUMENTS_MAX} documents`, 0);
  }
  return read;
}

function readOne(document: Document.Parsed, lines: LineCounter): ReadDocument {
  const [error] = document.errors;
  if (error !== undefined) return { ok: false, message: error.message, place: placeAt(lines, error.pos[0]) };
  try {
    const value: unknown = document.toJS({ maxAliasCount: ALIASES_MAX });
    return { ok: true, value, locate: (path, part) => locate(document.contents, path, lines, part === 'value') };
  } catch (cause) {
    return { ok: false, message: cause instanceof Error ? cause.message : String(cause), place: START };
  }
}

/** The place of a field's name (or value), or of an item; of the nearest thing around it where the field is not there. */
function locate(contents: ParsedNode | null, path: string, lines: LineCounter, ofValue: boolean): Place | undefined {
  let node: Node | null = contents;
  let offset = contents?.range[0];
  let isThere = true;
  for (const part of path === '' ? [] : path.split('.')) {
    const next = step(node, part) ?? step(step(node, 'sequence')?.node ?? null, part);
    isThere = next !== undefined;
    if (next === undefined) break;
    ({ node, offset } = next);
  }
  const found = ofValue && isThere ? (node?.range?.[0] ?? offset) : offset;
  return found === undefined ? undefined : placeAt(lines, found);
}

type Step = { readonly node: Node | null; readonly offset: number };

function step(node: Node | null, part: string): Step | undefined {
  if (isMap(node)) {
    const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === part);
    const offset = isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
    return pair === undefined || offset === undefined ? undefined : { node: pair.value as Node | null, offset };
  }
  const item = isSeq(node) ? (node.items[Number(part)] as Node | undefined) : undefined;
  const offset = item?.range?.[0];
  return item === undefined || offset === undefined ? undefined : { node: item, offset };
}

function placeAt(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}
