import { isJsonObject, parseJson, parseUtf8 } from '@tripline/kernel';
import { TOPICS, type DeadLetter, type DeadLetterReason } from '@tripline/model';
import type { EventLog, LogRecord } from '@tripline/ports';

/** At most this many are shown at once. */
export const LETTERS_MAX = 500;
/** Of each at most this much, as large as a call may be: a view for people; what replays reads the log. */
export const SHOWN_BYTES_MAX = 32_768;

/** The newest dead letters of all partitions, newest first, at most `max`. */
export async function newestDeadLetters(log: EventLog, max: number): Promise<readonly DeadLetter[]> {
  const most = Math.min(max, LETTERS_MAX);
  const bounds = await log.bounds(TOPICS.deadLetters);
  const some = bounds.filter(({ first, end }) => end > first);
  const tails = some.map(({ partition, first, end }) =>
    log.fetch(TOPICS.deadLetters, partition, Math.max(first, end - most), most),
  );
  const records = await Promise.all(tails);
  return records
    .flat()
    .sort((a, b) => b.appended - a.appended)
    .slice(0, most)
    .map(letterOf);
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
      : { text: text.slice(0, SHOWN_BYTES_MAX) }),
    ...(isJsonObject(json) ? { json } : {}),
  };
}

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
