import type { Duration } from '@tripline/kernel';
import { Stop, type Clock } from './clock.js';

/** Lets a loop rest until somebody has work for it. A call that comes while nobody rests is not lost: the next rest is none. */
export class Wake {
  #called = false;
  #nap: Stop | undefined;

  call(): void {
    this.#called = true;
    this.#nap?.stop();
  }

  /** Resolves when called, after `length` of real time, or when `stop` is stopped. */
  async rest(clock: Clock, length: Duration, stop: Stop): Promise<void> {
    const nap = new Stop();
    const forget = stop.onStop(() => nap.stop());
    this.#nap = nap;
    if (!this.#called) await clock.sleep(length, nap);
    this.#called = false;
    this.#nap = undefined;
    forget();
  }
}
