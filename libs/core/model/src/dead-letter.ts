import { decodeUtf8, formatInstant, type Instant, type JsonObject } from '@tripline/kernel';
import { TOPICS } from './topics.js';

/** Why a record was set aside. `skipped`: an operator said so, of one that kills the process which reads it. `person-aside`: its person is set aside. */
export type DeadLetterReason =
  'not-utf8' | 'not-json' | 'invalid' | 'too-large' | 'too-deep' | 'foreign' | 'skipped' | 'person-aside';

/** All that is said of what is wrong, in characters. */
const DETAIL_LENGTH_MAX = 500;
/** What is larger goes in parts: a record may be as large as the log takes, and its letter still has its headers to carry. */
export const LETTER_BYTES_MAX = 524_288;
/** No key of ours is longer. One that is, and perhaps no text, could make a letter larger than the log takes. */
const KEY_BYTES_MAX = 1_024;

/**
 * A record set aside, ready to be replayed: the value is the bytes as they came, untouched; these are its headers on
 * `tripline.dead-letters`. Source is a topic with partition and offset, or `http` with the path. `part`, as in `1/3`, where the bytes
 * had to go in several records: these follow one another in one partition.
 */
export type DeadLetterHeaders = {
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly source: string;
  readonly received: string;
  readonly part?: string;
};

/** A dead letter as it is shown: its first bytes as text where all are UTF-8, else in base64; `json` where it was read as such. */
export type DeadLetter = DeadLetterHeaders & {
  readonly partition: number;
  readonly offset: number;
  /** How many there are; more than are shown, perhaps. */
  readonly bytes: number;
  readonly text?: string;
  readonly base64?: string;
  readonly json?: JsonObject;
};

/** What is to be set aside, and why. */
export type SetAside = {
  readonly value: Uint8Array;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly source: string;
  readonly received: Instant;
  /** The key it came with; its source stands in where there is none, or a very long one. */
  readonly key?: Uint8Array | null;
};

/** One record of `tripline.dead-letters`. */
export type DeadLetterRecord = {
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
  readonly headers: DeadLetterHeaders;
};

/** The records that keep all the bytes of what is set aside: one, or where it is large several in order. The bytes are copied. */
export function makeDeadLetters({ value, reason, detail, source, received, key }: SetAside): readonly DeadLetterRecord[] {
  const parts = Math.max(1, Math.ceil(value.length / LETTER_BYTES_MAX));
  const headers = { reason, detail: detail.slice(0, DETAIL_LENGTH_MAX), source, received: formatInstant(received) };
  return Array.from({ length: parts }, (_, i) => ({
    topic: TOPICS.deadLetters,
    key: key == null || key.length > KEY_BYTES_MAX ? source : decodeUtf8(key),
    value: value.slice(i * LETTER_BYTES_MAX, (i + 1) * LETTER_BYTES_MAX),
    headers: parts === 1 ? headers : { ...headers, part: `${i + 1}/${parts}` },
  }));
}

/** Where a record stood, as a dead letter tells it. */
export const sourceOf = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }): string =>
  `${topic}/${partition}/${offset}`;
