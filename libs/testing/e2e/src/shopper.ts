import { Analytics } from '@segment/analytics-node';
import { encodeUtf8, partitionOf } from '@tripline/kernel';
import type { System } from './system.js';

/** Sends events of people to a system by Segment's SDK, unchanged. */
export class Shopper {
  readonly #analytics: Analytics;

  constructor(system: System) {
    this.#analytics = new Analytics({ writeKey: system.writeKey, host: system.collectorUrl, flushAt: 1, maxRetries: 8 });
    this.#analytics.on('error', (error) => console.error('analytics-node:', error));
  }

  /** Resolves when the collector has answered 2xx. */
  track(userId: string, event: string, properties: Record<string, unknown> = {}, messageId?: string): Promise<void> {
    return this.#sent((done) =>
      this.#analytics.track({ userId, event, properties, ...(messageId === undefined ? {} : { messageId }) }, done),
    );
  }

  /** As one who has not logged in. */
  browse(anonymousId: string, event: string, properties: Record<string, unknown> = {}): Promise<void> {
    return this.#sent((done) => this.#analytics.track({ anonymousId, event, properties }, done));
  }

  /** With `anonymousId`: a login on that device. */
  identify(userId: string, traits: Record<string, unknown>, anonymousId?: string): Promise<void> {
    const device = anonymousId === undefined ? {} : { anonymousId };
    return this.#sent((done) => this.#analytics.identify({ userId, traits, ...device }, done));
  }

  close(): Promise<void> {
    return this.#analytics.closeAndFlush();
  }

  #sent(call: (done: (error?: unknown) => void) => void): Promise<void> {
    return new Promise((resolve, reject) =>
      call((error) =>
        error === undefined ? resolve() : reject(error instanceof Error ? error : new Error(JSON.stringify(error))),
      ),
    );
  }
}

let people = 0;
/** A userId nobody has had yet; with `like`, one whose task is the same as that person's. */
export function newPerson(system: System, name: string, like?: string): string {
  const task = (userId: string): number => partitionOf(encodeUtf8(`u:${userId}`), system.partitions);
  for (;;) {
    const userId = `${name}-${++people}`;
    if (like === undefined || task(userId) === task(like)) return userId;
  }
}

export const addressOf = (userId: string): string => `${userId}@shop.example`;
