import { isJsonObject } from '@tripline/kernel';
import type { SendResult } from '@tripline/ports';

/** No connection came about, so nothing has left. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** Node's and OpenSSL's words for a certificate that does not hold: seen before anything is sent. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_/;
const TIMED_OUT = new Set(['ECONNABORTED', 'ETIMEDOUT']);

/** Twilio's own codes that say more than the status; each was refused or will not be delivered. */
const CODES: ReadonlyMap<number, SendResult> = new Map([
  ...codes('retryable', 'busy', 20429, 21611, 30001),
  ...codes('retryable', 'unreachable', 30003, 30008),
  ...codes('permanent', 'stopped-by-recipient', 21610),
  ...codes('permanent', 'invalid-number', 21211, 21614, 30005, 30006),
  ...codes('permanent', 'filtered', 30007),
  ...codes('retryable', 'unauthorized', 20003),
]);

function codes(kind: 'retryable' | 'permanent', reason: string, ...numbers: readonly number[]): [number, SendResult][] {
  return numbers.map((number) => [number, { kind, reason: `${reason}: ${number}` }]);
}

/** What a message that failed at once, or a call that was refused, means by Twilio's code. */
export const readCode = (code: number | null | undefined): SendResult =>
  CODES.get(code ?? 0) ?? { kind: 'permanent', reason: `twilio-${code ?? 'unknown'}` };

/** What a rejected call to Twilio means; never rejects itself. What is not understood is `unknown`. */
export function readFailure(error: unknown): SendResult {
  const { status, code } = isJsonObject(error) ? error : { status: undefined, code: undefined };
  if (typeof status === 'number') return readStatus(status, typeof code === 'number' ? code : undefined);
  if (typeof code !== 'string') return { kind: 'unknown', reason: 'no-answer' };
  if (NOT_SENT.has(code)) return { kind: 'retryable', reason: `not-connected: ${code}` };
  if (CERTIFICATE.test(code)) return { kind: 'retryable', reason: `certificate: ${code}` };
  return { kind: 'unknown', reason: TIMED_OUT.has(code) ? 'timed-out' : `no-answer: ${code}` };
}

function readStatus(status: number, code: number | undefined): SendResult {
  // 429 was never processed.
  if (status === 429) return { kind: 'retryable', reason: 'status-429' };
  if (status === 401 || status === 403) return { kind: 'retryable', reason: `unauthorized: ${status}` };
  if (status >= 500 || status === 408) return { kind: 'unknown', reason: `status-${status}` };
  // Not the message's fault but the set-up's: the address is wrong, or something stands in between.
  if (status < 400 || status === 404 || status === 405) return { kind: 'retryable', reason: `refused: ${status}` };
  return code === undefined ? { kind: 'permanent', reason: `status-${status}` } : readCode(code);
}
