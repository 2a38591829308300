import { assert, makeDuration, makeInstant, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Clock, Stop } from '@tripline/ports';

/** What a clock keeps over restarts: how far it runs ahead of the machine's, and an instant it has shown. */
export type ClockReading = { readonly aheadMs: number; readonly shownMs: number };

/** A machine's clock that went back further than this is not waited for: this clock runs on from where it was. */
export const BACKWARD_MAX_MS = 60_000;
const TIMER_MAX_MS = 2 ** 31 - 1;

/**
 * The embedded log's own clock: the machine's time plus an offset that only grows.
 * I1. `now` never goes back, also over restarts: a machine that went back a little is waited for, one that went back further is made up for.
 * I2. `advance` is durable when it resolves, and wakes all sleepers, so that loops look again.
 */
export class EmbeddedClock implements Clock {
  #aheadMs: number;
  #shownMs: number;
  readonly #sleepers = new Set<() => void>();
  readonly #machine: () => number;
  readonly #save: (reading: ClockReading) => Promise<void>;

  constructor(reading: ClockReading, machine: () => number, save: (reading: ClockReading) => Promise<void>) {
    this.#aheadMs = reading.aheadMs;
    this.#shownMs = reading.shownMs;
    this.#machine = machine;
    this.#save = save;
  }

  now(): Instant {
    const now = this.#machine() + this.#aheadMs;
    if (now < this.#shownMs - BACKWARD_MAX_MS) this.#aheadMs += this.#shownMs - now;
    this.#shownMs = Math.max(this.#shownMs, now);
    return makeInstant(this.#shownMs);
  }

  /** Real time, cut short by `stop` and by `advance`. */
  sleep(length: Duration, stop?: Stop): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#sleepers.delete(wake);
        forget();
        resolve();
      };
      const timer = setTimeout(wake, Math.min(length, TIMER_MAX_MS));
      this.#sleepers.add(wake);
      let forget = (): unknown => undefined;
      if (stop !== undefined) forget = stop.onStop(wake);
    });
  }

  /** Moves the clock ahead, and answers what it then shows. */
  async advance(length: Duration): Promise<Instant> {
    const from = this.now();
    this.#aheadMs += length;
    const to = this.now();
    assert(to >= plus(from, length), 'I1: a clock moved ahead shows it');
    await this.#save(this.reading());
    for (const wake of [...this.#sleepers]) wake();
    return to;
  }

  /** How far it has been moved ahead of the machine's clock in all. */
  get ahead(): Duration {
    return makeDuration(this.#aheadMs);
  }

  reading(): ClockReading {
    return { aheadMs: this.#aheadMs, shownMs: this.#shownMs };
  }
}
