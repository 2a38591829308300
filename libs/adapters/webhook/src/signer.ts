import { OperatingError, type Instant } from '@tripline/kernel';
import { Webhook } from 'standardwebhooks';

export const SECRET_BYTES_MIN = 24;
export const SECRET_BYTES_MAX = 64;

/** Secrets by name; several under one name while they are being rotated: each signs. `whsec_` and base64 of 24 to 64 bytes. */
export type Secrets = Readonly<Record<string, readonly string[]>>;

/** Signs as Standard Webhooks 1.0 says. */
export class Signer {
  readonly #keys: ReadonlyMap<string, readonly Webhook[]>;

  /** A secret that is none is an error, code `bad-secret`, which does not show it. */
  constructor(secrets: Secrets) {
    this.#keys = new Map(Object.entries(secrets).map(([name, values]) => [name, values.map((value) => makeKey(name, value))]));
  }

  /** The three headers for this body at this time; undefined where there is no such secret. */
  headers(name: string, id: string, now: Instant, body: string): Readonly<Record<string, string>> | undefined {
    const keys = this.#keys.get(name) ?? [];
    if (keys.length === 0) return undefined;
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
      'webhook-signature': keys.map((key) => key.sign(id, new Date(now), body)).join(' '),
    };
  }
}

function makeKey(name: string, secret: string): Webhook {
  const encoded = secret.replace(/^whsec_/, '');
  const bytes = Buffer.from(encoded, 'base64');
  const canonical = bytes.toString('base64').replace(/=+$/, '') === encoded.replace(/=+$/, '');
  if (!canonical || bytes.length < SECRET_BYTES_MIN || bytes.length > SECRET_BYTES_MAX)
    throw new OperatingError(
      'bad-secret',
      'never',
      `the webhook secret ${JSON.stringify(name)} must be whsec_ and base64 of ${SECRET_BYTES_MIN} to ${SECRET_BYTES_MAX} bytes`,
    );
  return new Webhook(bytes.toString('base64'));
}
