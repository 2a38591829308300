import type { Instant } from '@tripline/kernel';
import type { ChannelProvider, Message, SendResult } from '@tripline/ports';
import twilio from 'twilio';
import { readCode, readFailure } from './twilio-failure.js';

/** One call may take this long; longer, and nobody knows whether it arrived. */
export const TIMEOUT_DEFAULT_MS = 20_000;
/** How long Twilio may keep a message in its queue, in seconds: its own bounds. */
const VALIDITY_MIN_S = 5;
const VALIDITY_MAX_S = 36_000;
const TWILIO_ORIGIN = 'https://api.twilio.com';

export type TwilioOptions = {
  /** `AC…`. */
  readonly accountSid: string;
  readonly authToken: string;
  /** A number, an alphanumeric sender, or a messaging service (`MG…`). */
  readonly from: string;
  /** Another address than Twilio's own: a stand-in. */
  readonly baseUrl?: string;
  /** Where Twilio tells what becomes of a message. */
  readonly statusCallback?: string;
  readonly timeoutMs?: number;
};

type TwilioRequest<T> = Parameters<typeof twilio.RequestClient.prototype.request<T>>[0];
type TwilioResponse<T> = ReturnType<typeof twilio.RequestClient.prototype.request<T>>;

/** Twilio's own HTTP client; calls go to `baseUrl` instead of Twilio's API host, whose name is all that can be set otherwise. */
class RedirectedClient extends twilio.RequestClient {
  constructor(
    readonly baseUrl: string,
    timeout: number,
  ) {
    super({ timeout });
  }

  override request<T>(options: TwilioRequest<T>): TwilioResponse<T> {
    return super.request<T>({ ...options, uri: options.uri.replace(TWILIO_ORIGIN, this.baseUrl) });
  }
}

/**
 * SMS through Twilio's API. Accepted means queued there. There is no idempotency key: what timed out or broke off is `unknown`. A message
 * that waits in Twilio's queue past its expiry is not sent by it.
 */
export function makeTwilioProvider(options: TwilioOptions): ChannelProvider {
  const { accountSid, authToken, baseUrl = TWILIO_ORIGIN, timeoutMs = TIMEOUT_DEFAULT_MS } = options;
  const client = twilio(accountSid, authToken, { httpClient: new RedirectedClient(baseUrl.replace(/\/$/, ''), timeoutMs) });
  const send = async (message: Message, now: Instant): Promise<SendResult> => {
    if (message.to === undefined) return { kind: 'permanent', reason: 'no-address' };
    try {
      const sent = await client.messages.create(requestOf(message, message.to, options, now));
      // No callback comes for the first status: it is in this answer only.
      if (sent.status === 'failed' || sent.status === 'undelivered') return readCode(sent.errorCode);
      return { kind: 'accepted', providerMessageId: sent.sid };
    } catch (error) {
      return readFailure(error);
    }
  };
  return { name: 'twilio', channel: 'sms', send };
}

function requestOf(message: Message, to: string, { from, statusCallback }: TwilioOptions, now: Instant) {
  const sender = message.from ?? from;
  return {
    to,
    body: message.text,
    ...(sender.startsWith('MG') ? { messagingServiceSid: sender } : { from: sender }),
    ...(statusCallback === undefined ? {} : { statusCallback }),
    ...(message.expires === undefined ? {} : { validityPeriod: validitySeconds(now, message.expires) }),
  };
}

const validitySeconds = (now: Instant, expires: Instant): number =>
  Math.min(VALIDITY_MAX_S, Math.max(VALIDITY_MIN_S, Math.floor((expires - now) / 1_000)));
