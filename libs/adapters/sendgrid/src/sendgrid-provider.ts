import clientModule from '@sendgrid/client';
import mailModule from '@sendgrid/mail';
import type { Instant } from '@tripline/kernel';
import type { ChannelProvider, Message, SendResult } from '@tripline/ports';
import { readFailure } from './sendgrid-failure.js';

/** One call may take this long; longer, and nobody knows whether it arrived. */
export const TIMEOUT_DEFAULT_MS = 20_000;
/** An answer longer than this is not read: SendGrid's are a few hundred bytes. */
const ANSWER_BYTES_MAX = 1_000_000;

export type SendGridOptions = {
  readonly apiKey: string;
  /** Sender of messages whose template names none: `Shop <shop@shop.example>` or a bare address. */
  readonly from: string;
  /** Another address than SendGrid's own, for its EU region or a stand-in. */
  readonly baseUrl?: string;
  /** Ask SendGrid to check the request and deliver nothing. */
  readonly sandbox?: boolean;
  readonly timeoutMs?: number;
};

type Client = typeof clientModule;
type MailService = typeof mailModule;
/** The modules are instances that carry their classes, which their declarations do not say. Instances of our own: two accounts may share a process. */
const { Client } = clientModule as unknown as { readonly Client: new () => Client };
const { MailService } = mailModule as unknown as { readonly MailService: new () => MailService };

type MailData = Parameters<MailService['send']>[0];

/**
 * E-mail through SendGrid's v3 API. Accepted means queued there, not delivered. There is no idempotency key: what timed out or broke off
 * is `unknown`. Tags carry the action's id and the trigger's name, no personal data: SendGrid cannot erase them.
 */
export function makeSendGridProvider(options: SendGridOptions): ChannelProvider {
  const mail = connect(options);
  const send = async (message: Message, now: Instant): Promise<SendResult> => {
    if (message.to === undefined) return { kind: 'permanent', reason: 'no-address' };
    try {
      const [response] = await mail.send(mailOf(message, message.to, options));
      const id: unknown = (response.headers as Record<string, unknown>)['x-message-id'];
      return { kind: 'accepted', ...(typeof id === 'string' ? { providerMessageId: id } : {}) };
    } catch (error) {
      return readFailure(error, now);
    }
  };
  return { name: 'sendgrid', channel: 'email', send };
}

function connect({ apiKey, baseUrl, timeoutMs = TIMEOUT_DEFAULT_MS }: SendGridOptions): MailService {
  const client = new Client();
  // The key first: setting it puts SendGrid's own address back.
  client.setApiKey(apiKey);
  if (baseUrl !== undefined) client.setDefaultRequest('baseUrl', baseUrl);
  // What its declarations leave out is handed on to axios: a redirect would take the key and the message elsewhere.
  const transport: object = { maxRedirects: 0, maxContentLength: ANSWER_BYTES_MAX };
  client.setDefaultRequest(transport as Parameters<typeof client.setDefaultRequest>[0]);
  const mail = new MailService();
  mail.setClient(client);
  mail.setTimeout(timeoutMs);
  return mail;
}

function mailOf(message: Message, to: string, { from, sandbox }: SendGridOptions): MailData {
  return {
    personalizations: [{ to, customArgs: { action: message.id } }],
    from: message.from ?? from,
    subject: message.subject ?? '',
    text: message.text,
    ...(message.html === undefined ? {} : { html: message.html }),
    ...(message.headers === undefined ? {} : { headers: { ...message.headers } }),
    categories: [message.trigger],
    ...(sandbox === true ? { mailSettings: { sandboxMode: { enable: true } } } : {}),
  };
}
