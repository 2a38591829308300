import { makeInstant } from '@tripline/kernel';
import type { Headers, LogRecord } from '@tripline/ports';
import type { IHeaders, KafkaMessage } from 'kafkajs';

const NO_HEADERS: Headers = Object.freeze({});
const NOTHING = new Uint8Array(0);

/** A record as the log port has it; the bytes are parts of what was fetched, not copies. */
export const toRecord = (topic: string, partition: number, message: KafkaMessage): LogRecord => ({
  topic,
  partition,
  offset: Number(message.offset),
  key: message.key,
  value: message.value ?? NOTHING,
  appended: makeInstant(Number(message.timestamp)),
  headers: toHeaders(message.headers),
});

/** Of a header that comes more than once the last value counts. */
function toHeaders(headers: IHeaders | undefined): Headers {
  if (headers === undefined) return NO_HEADERS;
  const names = Object.keys(headers);
  if (names.length === 0) return NO_HEADERS;
  return Object.fromEntries(names.map((name) => [name, textOf(headers[name])]));
}

function textOf(value: IHeaders[string]): string {
  const last = Array.isArray(value) ? value.at(-1) : value;
  return last === undefined ? '' : last.toString();
}
