import type { Duration, Instant } from '@tripline/kernel';

/** The processing time of a process, and its only way to wait. With the embedded log this is the log's own clock, which can be moved ahead. */
export interface Clock {
  now(): Instant;
  /** Resolves after `length` of real time, or as soon as `stop` is stopped; never rejects. Loops look at `now()` afresh after it. */
  sleep(length: Duration, stop?: Stop): Promise<void>;
}

/** Has somebody said stop? Given to every loop by whoever runs it. */
export class Stop {
  #stopped = false;
  readonly #listeners = new Set<() => void>();

  get stopped(): boolean {
    return this.#stopped;
  }

  /** Calls `listener` once, when stopped (at once if that has been); the answer takes it back. */
  onStop(listener: () => void): () => void {
    if (this.#stopped) listener();
    else this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  stop(): void {
    this.#stopped = true;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }
}
