import {
  earlier,
  makeInstant,
  NOT_AN_INSTANT,
  parseInstant,
  type Instant,
  type JsonObject,
  type Problem,
} from '@tripline/kernel';

/** Reads an optional ISO 8601 field; null counts as absent, anything else that is no instant becomes a problem. */
function instantIn(call: JsonObject, name: string, problems: Problem[]): Instant | undefined {
  const value = call[name];
  if (value === undefined || value === null) return undefined;
  const at = typeof value === 'string' ? parseInstant(value) : undefined;
  if (at === undefined) problems.push({ path: name, message: NOT_AN_INSTANT });
  return at;
}

/**
 * When the call's event happened. A source whose clock is off says so by `sentAt`: its distance from `received` is added. Never later than
 * `received`; a call without a `timestamp` happened when it was received.
 */
export function eventTime(call: JsonObject, received: Instant, batchSentAt: Instant | undefined, problems: Problem[]): Instant {
  const at = instantIn(call, 'timestamp', problems) ?? instantIn(call, 'originalTimestamp', problems);
  const sentAt = instantIn(call, 'sentAt', problems) ?? batchSentAt;
  if (at === undefined) return received;
  return earlier(received, sentAt === undefined ? at : makeInstant(at + received - sentAt));
}

/** The `sentAt` of a batch, for the calls in it that carry none. */
export const batchSentAt = (batch: JsonObject, problems: Problem[]): Instant | undefined => instantIn(batch, 'sentAt', problems);
