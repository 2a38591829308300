import { createReadStream } from 'node:fs';
import { encodeUtf8, parseJson, type Json } from '@tripline/kernel';
import type { Line, LineProblem } from '@tripline/services-rehearsal';
import { parse, type CsvError } from 'csv-parse';

/** Columns that are fields of a call, as text; `properties.*` and `traits.*` are values within it. */
const FIELDS: ReadonlySet<string> = new Set([
  ...['type', 'event', 'userId', 'anonymousId', 'timestamp', 'receivedAt', 'messageId'],
  ...['name', 'category', 'groupId', 'previousId'],
]);
const WITHIN = /^(properties|traits)(\.[^.]+)+$/;
/** A record is at most so many characters. */
const RECORD_LENGTH_MAX = 1_000_000;

type Info = { readonly record: Readonly<Record<string, string>>; readonly info: { readonly lines: number } };

/**
 * The records of a CSV file with a header, each as the line of JSON it stands for, numbered by the line it ends in; `-` is the standard input. What cannot be
 * read is a problem, and the rest goes on. Throws, naming it, for a column that is none of a call. Streamed: no more is read than is taken.
 */
export async function* csvLines(path: string): AsyncGenerator<readonly (Line | LineProblem)[]> {
  const skipped: LineProblem[] = [];
  const onSkip = (error: CsvError | undefined): undefined =>
    void skipped.push({ line: Number(error?.['lines'] ?? 0), path: '', message: error?.message ?? 'cannot be read' });
  const parser = parse({
    ...{ bom: true, info: true, skip_empty_lines: true, skip_records_with_error: true, max_record_size: RECORD_LENGTH_MAX },
    columns: (header: readonly string[]) => checkedColumns(path, header),
    on_skip: onSkip,
  });
  const input = path === '-' ? process.stdin : createReadStream(path);
  input.on('error', (error: Error) => parser.destroy(error));
  for await (const each of input.pipe(parser) as AsyncIterable<Info>) {
    yield [...skipped.splice(0), { number: each.info.lines, offset: 0, bytes: encodeUtf8(JSON.stringify(callOf(each.record))) }];
  }
  yield skipped;
}

function checkedColumns(path: string, header: readonly string[]): string[] {
  const names = header.map((name) => name.trim());
  const unknown = names.filter((name) => !FIELDS.has(name) && !WITHIN.test(name));
  if (unknown.length === 0 && new Set(names).size === names.length) return names;
  const what =
    unknown.length === 0 ? 'a column stands there twice' : `unknown ${unknown.map((name) => JSON.stringify(name)).join(', ')}`;
  throw new Error(`${path}:1  ${what}: columns are ${[...FIELDS].join(', ')}, properties.* and traits.*`);
}

/** An empty cell says nothing. */
function callOf(record: Info['record']): Json {
  const call: Record<string, Json> = {};
  for (const [column, cell] of Object.entries(record)) {
    if (cell === '') continue;
    if (FIELDS.has(column)) call[column] = cell;
    else put(call, column.split('.'), valueOf(cell));
  }
  return call;
}

function put(holder: Record<string, Json>, [name = '', ...rest]: readonly string[], value: Json): void {
  if (rest.length === 0) return define(holder, name, value);
  const own = Object.hasOwn(holder, name) ? holder[name] : undefined;
  const inner = typeof own === 'object' && own !== null && !Array.isArray(own) ? (own as Record<string, Json>) : {};
  put(inner, rest, value);
  define(holder, name, inner);
}

/** A column may have any name, `__proto__` too. */
const define = (holder: Record<string, Json>, name: string, value: Json): void =>
  void Object.defineProperty(holder, name, { value, enumerable: true, writable: true, configurable: true });

/** What is JSON is that value, all else is text; a whole number with more digits than a number holds stays text. */
function valueOf(cell: string): Json {
  const value = parseJson(cell) as Json | undefined;
  const isLossy =
    typeof value === 'number' && (!Number.isFinite(value) || (/^-?\d+$/.test(cell) && !Number.isSafeInteger(value)));
  return value === undefined || isLossy ? cell : value;
}
