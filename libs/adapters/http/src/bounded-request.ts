import { request as requestPlain, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestSecure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';

export type Answer = { readonly status: number; readonly text: string };

export type BoundedRequest = {
  readonly url: URL;
  /** Which of the addresses of the URL's host to ask. */
  readonly address: string;
  /** From the first byte sent to the last byte read. */
  readonly timeoutMs: number;
  readonly bytesMax: number;
  readonly headers?: Readonly<Record<string, string>>;
};

/** Asks one address for one answer, on a connection of its own. Rejects where there is none in time, or more of it than `bytesMax`. */
export function boundedGet({ url, address, timeoutMs, bytesMax, headers = {} }: BoundedRequest): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const options: RequestOptions = { agent: false, headers, signal: AbortSignal.timeout(timeoutMs), lookup: only(address) };
    const send = url.protocol === 'https:' ? requestSecure : requestPlain;
    send(
      url,
      options,
      (response) => void textOf(response, bytesMax).then((text) => resolve({ status: response.statusCode ?? 0, text }), reject),
    )
      .on('error', reject)
      .end();
  });
}

async function textOf(response: IncomingMessage, bytesMax: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error(`an answer of more than ${bytesMax} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Keeps the name for certificates and the `Host` header, and connects to this address alone. */
const only =
  (address: string): LookupFunction =>
  (_host, options, done) => {
    const family = isIP(address);
    if (options.all === true) done(null, [{ address, family }]);
    else done(null, address, family);
  };
