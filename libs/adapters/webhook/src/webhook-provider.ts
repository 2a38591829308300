import { isIP } from 'node:net';
import type { Instant } from '@tripline/kernel';
import type { ChannelProvider, Message, SendResult } from '@tripline/ports';
import { Agent, request } from 'undici';
import { AddressGuard } from './address-guard.js';
import { Signer, type Secrets } from './signer.js';
import { readFailure, readStatus } from './webhook-answer.js';

/** From the name's resolution to the answer's status. */
export const TIMEOUT_DEFAULT_MS = 20_000;
const CONNECT_TIMEOUT_MS = 10_000;
/** Read of an answer's body before the connection is cut: it says nothing to us. */
const ANSWER_BYTES_MAX = 65_536;
const CONNECTIONS_PER_HOST_MAX = 16;

export type WebhookOptions = {
  readonly secrets: Secrets;
  /** Addresses and ranges beside the public ones, for development: `127.0.0.1`, `10.0.0.0/8`. */
  readonly allow?: readonly string[];
  /** Unencrypted endpoints too. */
  readonly allowHttp?: boolean;
  readonly timeoutMs?: number;
};

/** A `ChannelProvider` that holds connections open. */
export type WebhookProvider = ChannelProvider & { close(): Promise<void> };

/**
 * Webhooks as Standard Webhooks 1.0 says: `webhook-id` is the action's id, the same at each attempt, by which a receiver drops repeats.
 * Redirects are not followed. Addresses that are not public are refused after resolution and on the very connection.
 */
export function makeWebhookProvider(options: WebhookOptions): WebhookProvider {
  const { timeoutMs = TIMEOUT_DEFAULT_MS } = options;
  const guard = new AddressGuard(options.allow);
  const signer = new Signer(options.secrets);
  const agent = new Agent({
    connect: { lookup: guard.lookup, timeout: CONNECT_TIMEOUT_MS },
    connections: CONNECTIONS_PER_HOST_MAX,
    headersTimeout: timeoutMs,
    bodyTimeout: timeoutMs,
  });
  const send = async (message: Message, now: Instant): Promise<SendResult> => {
    const url = readUrl(message.url, options.allowHttp === true);
    if (url === undefined) return { kind: 'permanent', reason: 'invalid-url' };
    if (!mayAddress(guard, url)) return { kind: 'permanent', reason: 'private-address' };
    const signed = signer.headers(message.secret ?? '', message.id, now, message.text);
    if (signed === undefined) return { kind: 'permanent', reason: `no-secret: ${message.secret ?? ''}` };
    return post(agent, url, signed, message.text, timeoutMs, now);
  };
  return { name: 'webhook', channel: 'webhook', send, close: () => agent.close() };
}

async function post(
  agent: Agent,
  url: URL,
  signed: Readonly<Record<string, string>>,
  body: string,
  timeoutMs: number,
  now: Instant,
): Promise<SendResult> {
  try {
    const headers = { ...signed, 'content-type': 'application/json', 'user-agent': 'tripline' };
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await request(url, { dispatcher: agent, method: 'POST', headers, body, signal });
    const retryAfter = answer.headers['retry-after'];
    // The status has decided; what becomes of the body changes nothing.
    await answer.body.dump({ limit: ANSWER_BYTES_MAX, signal }).catch(() => undefined);
    return readStatus(answer.statusCode, typeof retryAfter === 'string' ? retryAfter : undefined, now);
  } catch (error) {
    return readFailure(error);
  }
}

/** An absolute https address (http where allowed) without a user or password in it. */
function readUrl(text: string | undefined, allowHttp: boolean): URL | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'https:' || (allowHttp && url.protocol === 'http:') ? url : undefined;
}

/** A literal address is connected to without a lookup: it is looked at here. */
function mayAddress(guard: AddressGuard, { hostname }: URL): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return isIP(host) === 0 || guard.allows(host);
}
