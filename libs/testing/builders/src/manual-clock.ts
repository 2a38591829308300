import { makeInstant, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Clock, Stop } from '@tripline/ports';

type Sleeper = { readonly until: Instant; readonly wake: () => void };

/** A clock that stands still until a test moves it; sleepers wake as it passes them. */
export class ManualClock implements Clock {
  #now: Instant;
  readonly #sleepers = new Set<Sleeper>();

  constructor(now: number = Date.UTC(2026, 0, 1)) {
    this.#now = makeInstant(now);
  }

  now(): Instant {
    return this.#now;
  }

  sleep(length: Duration, stop?: Stop): Promise<void> {
    return new Promise((resolve) => {
      const sleeper = { until: plus(this.#now, length), wake: () => (this.#sleepers.delete(sleeper), resolve()) };
      this.#sleepers.add(sleeper);
      stop?.onStop(sleeper.wake);
    });
  }

  advance(length: Duration): void {
    this.#now = plus(this.#now, length);
    for (const sleeper of [...this.#sleepers]) if (sleeper.until <= this.#now) sleeper.wake();
  }
}
