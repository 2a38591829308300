import { decodeUtf8, isJsonObject, parseJson, parseUtf8, type Instant } from '@tripline/kernel';
import { TOPICS, type DeadLetter, type DeadLetterReason } from '@tripline/model';
import type { Bounds, EventLog, LogRecord } from '@tripline/ports';

/** At most this many are shown at once. */
export const LETTERS_MAX = 500;
/** Of each at most this much, as large as a call may be: a view for people; what replays reads the log. */
export const SHOWN_BYTES_MAX = 32_768;

/** What is nested deeper is shown as text only. */
const DEPTH_MAX = 64;
/** Letters fetched at once. */
const PAGE_MAX = 32;

/** The newest dead letters of all partitions, newest first, at most `max`. */
export async function newestDeadLetters(log: EventLog, max: number): Promise<readonly DeadLetter[]> {
  const most = Math.min(max, LETTERS_MAX);
  let newest: readonly Dated[] = [];
  for (const bounds of await log.bounds(TOPICS.deadLetters))
    for await (const page of pagesOf(log, bounds, most))
      newest = [...newest, ...page].sort((a, b) => b.appended - a.appended || b.letter.offset - a.letter.offset).slice(0, most);
  return newest.map(({ letter }) => letter);
}

type Dated = { readonly appended: Instant; readonly letter: DeadLetter };

/** The last of one partition. A letter may be large: only a few are in memory whole, and a fetch that gives fewer than asked for is gone on from. */
async function* pagesOf(log: EventLog, { partition, first, end }: Bounds, most: number): AsyncGenerator<readonly Dated[]> {
  for (let next = Math.max(first, end - most); next < end;) {
    const records = await log.fetch(TOPICS.deadLetters, partition, next, Math.min(PAGE_MAX, end - next));
    const last = records.at(-1);
    if (last === undefined) return;
    yield records.map((record) => ({ appended: record.appended, letter: letterOf(record) }));
    next = last.offset + 1;
  }
}

function letterOf({ value, headers, partition, offset }: LogRecord): DeadLetter {
  const text = parseUtf8(value);
  const cut = value.length > SHOWN_BYTES_MAX;
  const json = text === undefined || cut ? undefined : parseJson(text);
  return {
    reason: (headers['reason'] ?? 'invalid') as DeadLetterReason,
    detail: headers['detail'] ?? '',
    source: headers['source'] ?? '',
    received: headers['received'] ?? '',
    ...(headers['part'] === undefined ? {} : { part: headers['part'] }),
    partition,
    offset,
    bytes: value.length,
    ...(text === undefined
      ? { base64: encodeBase64(value.subarray(0, SHOWN_BYTES_MAX)) }
      : { text: cut ? decodeUtf8(value.subarray(0, SHOWN_BYTES_MAX)) : text }),
    ...(isJsonObject(json) && isWithin(json, DEPTH_MAX) ? { json } : {}),
  };
}

/** Whether there are no more than so many things within things: what is nested past the stack was read, and could not be written again. */
const isWithin = (value: unknown, depth: number): boolean =>
  typeof value !== 'object' || value === null || (depth > 0 && Object.values(value).every((inner) => isWithin(inner, depth - 1)));

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** RFC 4648, section 4: three bytes are four digits, what is missing at the end is `=`. */
export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] ?? 0) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0);
    const digits = [18, 12, 6, 0].map((shift) => DIGITS.charAt((group >> shift) & 63));
    text += digits.slice(0, Math.min(4, bytes.length - i + 1)).join('');
  }
  return text.padEnd(Math.ceil(bytes.length / 3) * 4, '=');
}
