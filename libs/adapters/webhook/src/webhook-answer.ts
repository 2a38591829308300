import { makeInstant, plus, seconds, type Instant } from '@tripline/kernel';
import type { SendResult } from '@tripline/ports';
import { PRIVATE_ADDRESS } from './address-guard.js';

/** Times that a receiver asks for further off than this are not believed. */
const RETRY_AFTER_MAX_S = 86_400;
/** No connection came about, so nothing has left. */
const NOT_SENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
/** Node's and OpenSSL's words for a certificate that does not hold. */
const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|TLS/;

/** What an answer means by Standard Webhooks: only 2xx is success; 410 means never again; everything else is tried again. */
export function readStatus(status: number, retryAfter: string | undefined, now: Instant): SendResult {
  if (status >= 200 && status < 300) return { kind: 'accepted' };
  if (status === 410) return { kind: 'permanent', reason: 'endpoint-gone: 410' };
  if (status >= 300 && status < 400) return { kind: 'retryable', reason: `redirected: ${status}` };
  return { kind: 'retryable', reason: `status-${status}`, ...retryAtOf(retryAfter, now) };
}

/** `Retry-After` is seconds or an HTTP date. */
function retryAtOf(retryAfter: string | undefined, now: Instant): { retryAt?: Instant } {
  if (retryAfter === undefined) return {};
  if (/^\d{1,9}$/.test(retryAfter)) return { retryAt: plus(now, seconds(Math.min(Number(retryAfter), RETRY_AFTER_MAX_S))) };
  const at = Date.parse(retryAfter);
  return Number.isNaN(at) || at <= now || at > now + RETRY_AFTER_MAX_S * 1_000 ? {} : { retryAt: makeInstant(at) };
}

/** What a call that ended without an answer means; never rejects itself. */
export function readFailure(error: unknown): SendResult {
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (name === 'TimeoutError') return { kind: 'unknown', reason: 'timed-out' };
  if (typeof code !== 'string') return { kind: 'unknown', reason: 'no-answer' };
  if (code === PRIVATE_ADDRESS) return { kind: 'permanent', reason: 'private-address' };
  if (NOT_SENT.has(code)) return { kind: 'retryable', reason: `not-connected: ${code}` };
  return CERTIFICATE.test(code)
    ? { kind: 'retryable', reason: `certificate: ${code}` }
    : { kind: 'unknown', reason: `no-answer: ${code}` };
}
