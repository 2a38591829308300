import type { Chance } from '@tripline/testing-simulation';
import { openHttpFixture, type Answer, type HttpFixture, type Received } from '@tripline/testing-provider-specs';

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
  #server: HttpFixture | undefined;

  constructor(private readonly chance: Chance) {}

  get url(): string {
    return this.#server?.url ?? '';
  }

  async open(): Promise<void> {
    this.#server = await openHttpFixture((request) => this.#meet(request));
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  #meet({ text }: Received): Answer {
    const dice = this.chance.between(0, 999);
    if (dice < REFUSED_FOR_NOW)
      return { status: 429, headers: { 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1_000) + 1) } };
    this.#take(text);
    const luck = dice - REFUSED_FOR_NOW;
    if (luck < FAILED_AFTERWARDS) return { status: 500 };
    if (luck < FAILED_AFTERWARDS + CUT_OFF) return 'reset';
    if (luck < FAILED_AFTERWARDS + CUT_OFF + SILENT) return 'hang';
    return { status: 202, headers: { 'x-message-id': `sg-${this.taken.length}` } };
  }

  #take(text: string): void {
    const { personalizations } = JSON.parse(text) as {
      personalizations: { to: { email: string }[]; custom_args: { action: string } }[];
    };
    for (const { to, custom_args } of personalizations)
      this.taken.push({ action: custom_args.action, to: to[0]?.email ?? '', at: Date.now() });
  }
}
