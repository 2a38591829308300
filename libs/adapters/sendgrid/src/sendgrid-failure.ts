import { isJsonObject, makeInstant, type Instant, type JsonObject } from '@tripline/kernel';
import type { SendResult } from '@tripline/ports';

/** No connection came about, so nothing has left. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);
/** Node's and OpenSSL's words for a certificate that does not hold: seen before anything is sent. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_/;
const TIMED_OUT = new Set(['ECONNABORTED', 'ETIMEDOUT']);
const DETAIL_LENGTH_MAX = 200;

/** What a rejected call to SendGrid means; never rejects itself. What is not understood is `unknown`. */
export function readFailure(error: unknown, now: Instant): SendResult {
  const status = statusOf(error);
  if (status !== undefined) return readStatus(status, error, now);
  const code = field(error, 'code');
  if (typeof code !== 'string') return { kind: 'unknown', reason: 'no-answer' };
  if (NOT_SENT.has(code)) return { kind: 'retryable', reason: `not-connected: ${code}` };
  if (CERTIFICATE.test(code)) return { kind: 'retryable', reason: `certificate: ${code}` };
  return { kind: 'unknown', reason: TIMED_OUT.has(code) ? 'timed-out' : `no-answer: ${code}` };
}

/** The client rejects with its own error, `code` being the status, from 400 on; below, with axios' error and its whole response. */
function statusOf(error: unknown): number | undefined {
  const code = field(error, 'code');
  if (typeof code === 'number') return code;
  const status = field(field(error, 'response'), 'status');
  return typeof status === 'number' ? status : undefined;
}

function readStatus(status: number, error: unknown, now: Instant): SendResult {
  if (status === 401 || status === 403) return { kind: 'retryable', reason: `unauthorized: ${status}` };
  if (status === 429) return { kind: 'retryable', reason: 'status-429', ...retryAt(error, now) };
  if (status >= 500 || status === 408) return { kind: 'unknown', reason: `status-${status}` };
  // Not the message's fault but the set-up's: the address is wrong, or something stands in between.
  if (status < 400 || status === 404 || status === 405) return { kind: 'retryable', reason: `refused: ${status}` };
  return { kind: 'permanent', reason: `status-${status}${detailOf(error)}` };
}

/** `X-RateLimit-Reset` is in seconds since 1970. */
function retryAt(error: unknown, now: Instant): { retryAt?: Instant } {
  const reset = Number(field(field(field(error, 'response'), 'headers'), 'x-ratelimit-reset'));
  const at = reset * 1_000;
  return Number.isSafeInteger(at) && at > now && at < now + 86_400_000 ? { retryAt: makeInstant(at) } : {};
}

/** SendGrid's first objection, without any address in it. */
function detailOf(error: unknown): string {
  const errors = field(field(field(error, 'response'), 'body'), 'errors');
  const message = field(Array.isArray(errors) ? errors[0] : undefined, 'message');
  return typeof message === 'string' ? `: ${message.replace(/\S+@\S+/g, '(address)').slice(0, DETAIL_LENGTH_MAX)}` : '';
}

const field = (value: unknown, name: keyof JsonObject): unknown => (isJsonObject(value) ? value[name] : undefined);
