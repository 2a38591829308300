import { formatInstant, type Instant } from '@tripline/kernel';
import { TOPICS, type DeadLetterHeaders, type DeadLetterReason } from '@tripline/model';
import type { Entry, Watch } from '@tripline/ports';

const DETAIL_LENGTH_MAX = 500;

/** Makes the dead letter of bytes that were refused, and counts it. */
export function makeDeadLetter(
  watch: Watch,
  letter: {
    readonly value: Uint8Array;
    readonly reason: DeadLetterReason;
    readonly detail: string;
    readonly source: string;
    readonly received: Instant;
  },
): Entry {
  const { value, reason, source } = letter;
  const detail = letter.detail.slice(0, DETAIL_LENGTH_MAX);
  const headers: DeadLetterHeaders = { reason, detail, source, received: formatInstant(letter.received) };
  watch.meter.count('tripline_collector_dead_letters_total', { reason });
  return { topic: TOPICS.deadLetters, key: null, value, headers };
}
