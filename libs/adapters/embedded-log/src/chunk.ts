import { assert, decodeUtf8, encodeUtf8, isJsonObject, makeInstant, parseJson, type Instant } from '@tripline/kernel';
import type { Entry, Headers, LogRecord } from '@tripline/ports';

/**
 * Consecutive records of one partition, appended at one instant, as they lie on disk:
 * `count u32, at f64`, then for each record `key length i32 (-1: none), value length u32, headers length u32, key, value, headers as JSON`.
 */
export type Chunk = { readonly at: Instant; readonly entries: readonly Entry[] };

const HEAD = 12;
const RECORD_HEAD = 12;
const NO_HEADERS: Headers = Object.freeze({});
const NOTHING = new Uint8Array(0);

type Part = { readonly key: Uint8Array | null; readonly value: Uint8Array; readonly headers: Uint8Array };

export function encodeChunk({ at, entries }: Chunk): Buffer {
  const parts = entries.map(partOf);
  const bytes = Buffer.allocUnsafe(parts.reduce((sum, part) => sum + sizeOfPart(part), HEAD));
  bytes.writeUInt32BE(parts.length, 0);
  bytes.writeDoubleBE(at, 4);
  let place = HEAD;
  for (const part of parts) place = writePart(bytes, place, part);
  return bytes;
}

/** The bytes an entry takes on disk, about: enough to bound what is held in memory. */
export const sizeOfEntry = (entry: Entry): number =>
  RECORD_HEAD +
  entry.value.length +
  (entry.key?.length ?? 0) +
  (entry.headers === undefined ? 0 : JSON.stringify(entry.headers).length);

export const countOf = (chunk: Buffer): number => chunk.readUInt32BE(0);
export const appendedOf = (chunk: Buffer): Instant => makeInstant(chunk.readDoubleBE(4));

/** The records of a chunk that begins at offset `first`. Their bytes are parts of the chunk's. */
export function decodeChunk(chunk: Buffer, topic: string, partition: number, first: number): LogRecord[] {
  const appended = appendedOf(chunk);
  const records: LogRecord[] = [];
  let place = HEAD;
  for (let i = 0; i < countOf(chunk); i++) {
    const keyLength = chunk.readInt32BE(place);
    const valueLength = chunk.readUInt32BE(place + 4);
    const headersLength = chunk.readUInt32BE(place + 8);
    const keyEnd = place + RECORD_HEAD + Math.max(0, keyLength);
    const valueEnd = keyEnd + valueLength;
    const key = keyLength < 0 ? null : chunk.subarray(place + RECORD_HEAD, keyEnd);
    const headers = headersLength === 0 ? NO_HEADERS : parseHeaders(chunk.subarray(valueEnd, valueEnd + headersLength));
    records.push({ topic, partition, offset: first + i, key, value: chunk.subarray(keyEnd, valueEnd), appended, headers });
    place = valueEnd + headersLength;
  }
  assert(place === chunk.length, 'a chunk ends with its last record');
  return records;
}

function partOf(entry: Entry): Part {
  const headers = entry.headers === undefined ? NOTHING : encodeUtf8(JSON.stringify(entry.headers));
  return { key: entry.key === null ? null : encodeUtf8(entry.key), value: entry.value, headers };
}

const sizeOfPart = ({ key, value, headers }: Part): number => RECORD_HEAD + (key?.length ?? 0) + value.length + headers.length;

function writePart(bytes: Buffer, start: number, { key, value, headers }: Part): number {
  bytes.writeInt32BE(key === null ? -1 : key.length, start);
  bytes.writeUInt32BE(value.length, start + 4);
  bytes.writeUInt32BE(headers.length, start + 8);
  let place = start + RECORD_HEAD;
  for (const part of [key ?? NOTHING, value, headers]) {
    bytes.set(part, place);
    place += part.length;
  }
  return place;
}

function parseHeaders(bytes: Uint8Array): Headers {
  const headers = parseJson(decodeUtf8(bytes));
  assert(isJsonObject(headers), 'headers on disk are the JSON we wrote');
  return headers as Headers;
}
