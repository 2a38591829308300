import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Chance } from '@tripline/testing-simulation';

/** A request that the provider took: whether it told so or not. */
export type Taken = { readonly action: string; readonly to: string; readonly at: number };

/** So often an answer goes wrong: out of a thousand each. */
const REFUSED_FOR_NOW = 30;
const FAILED_AFTERWARDS = 5;
const CUT_OFF = 5;
const SILENT = 2;

/**
 * Stands for SendGrid, which nobody can kill at will: takes mail as its API does, and now and then refuses for a moment, or takes it and does not say so. The wire
 * format is what the adapter's own specs check against SendGrid's document.
 */
export class Provider {
  readonly taken: Taken[] = [];
  readonly #server = createServer((request, response) => void this.#meet(request, response));

  constructor(private readonly chance: Chance) {}

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  open(): Promise<void> {
    return new Promise((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #meet(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await textOf(request).catch(() => undefined);
    if (text === undefined) return;
    const dice = this.chance.between(0, 999);
    if (dice < REFUSED_FOR_NOW)
      return void response.writeHead(429, { 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 1) }).end();
    this.#take(text);
    const luck = dice - REFUSED_FOR_NOW;
    if (luck < FAILED_AFTERWARDS) response.writeHead(500).end();
    else if (luck < FAILED_AFTERWARDS + CUT_OFF) response.socket?.resetAndDestroy();
    else if (luck >= FAILED_AFTERWARDS + CUT_OFF + SILENT)
      response.writeHead(202, { 'x-message-id': `sg-${this.taken.length}` }).end();
  }

  #take(text: string): void {
    const { personalizations } = JSON.parse(text) as {
      personalizations: { to: { email: string }[]; custom_args: { action: string } }[];
    };
    for (const { to, custom_args } of personalizations)
      this.taken.push({ action: custom_args.action, to: to[0]?.email ?? '', at: Date.now() });
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
