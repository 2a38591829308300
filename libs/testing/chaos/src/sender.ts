import { setTimeout as pause } from 'node:timers/promises';

/** A call, and what its sender knows of it. `acked`: when the answer was 2xx; undefined: not yet. */
export type Sent = { readonly call: Readonly<Record<string, unknown>>; readonly timestamp: number; acked?: number };

const BATCH_MAX = 100;
const EVERY_MS = 50;
const IN_FLIGHT_MAX = 8;
const PATIENCE_MS = 10_000;

/** Sends to the collectors in batches as SDKs do, each again and again until the answer is 2xx. */
export class Sender {
  readonly #waiting: Sent[] = [];
  readonly #under = new Set<Promise<void>>();
  #calls = 0;
  #turn = 0;

  constructor(
    private readonly urls: readonly string[],
    private readonly writeKey: string,
  ) {}

  get waiting(): number {
    return this.#waiting.length + this.#under.size;
  }

  /** Answers what will be known of it. */
  send(call: Sent['call']): Sent {
    const now = Date.now();
    const messageId = `chaos-${++this.#calls}`;
    const sent: Sent = { call: { ...call, messageId, timestamp: new Date(now).toISOString() }, timestamp: now };
    this.#waiting.push(sent);
    return sent;
  }

  /** Until `over` says so and everything is acknowledged. */
  async run(over: () => boolean): Promise<void> {
    while (!over() || this.waiting > 0) {
      while (this.#waiting.length > 0 && this.#under.size < IN_FLIGHT_MAX) this.#begin(this.#waiting.splice(0, BATCH_MAX));
      await pause(EVERY_MS);
    }
  }

  #begin(batch: readonly Sent[]): void {
    const under = this.#deliver(batch).finally(() => this.#under.delete(under));
    this.#under.add(under);
  }

  async #deliver(batch: readonly Sent[]): Promise<void> {
    for (let tries = 0; !(await this.#post(batch)); tries++) await pause(Math.min(2_000, 50 * 2 ** tries));
    const acked = Date.now();
    for (const sent of batch) sent.acked = acked;
  }

  async #post(batch: readonly Sent[]): Promise<boolean> {
    const url = this.urls[this.#turn++ % this.urls.length] ?? '';
    const body = JSON.stringify({ batch: batch.map(({ call }) => call), sentAt: new Date().toISOString() });
    const headers = {
      'content-type': 'application/json',
      authorization: `Basic ${Buffer.from(`${this.writeKey}:`).toString('base64')}`,
    };
    const signal = AbortSignal.timeout(PATIENCE_MS);
    return fetch(`${url}/v1/batch`, { method: 'POST', body, headers, signal }).then(
      async (response) => (await response.text(), response.ok),
      () => false,
    );
  }
}
