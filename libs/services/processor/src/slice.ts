import { milliseconds, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Clock } from '@tripline/ports';

/** How often the clock is looked at: after so many steps. */
const STEPS = 64;
/** CPU work at a time, in milliseconds of the clock: heartbeats and other tasks come in between. */
export const SLICE_MS: Duration = milliseconds(25);

/** One turn of CPU work. The clock is asked for pacing only; no decision depends on it. */
export class Slice {
  #ends: Instant;
  #steps = 0;
  #spent = false;

  constructor(private readonly clock: Clock) {
    this.#ends = plus(clock.now(), SLICE_MS);
  }

  get spent(): boolean {
    return this.#spent;
  }

  /** Counts steps done; true once the turn is over. */
  over(steps = 1): boolean {
    this.#steps += steps;
    if (this.#steps < STEPS) return this.#spent;
    this.#steps = 0;
    this.#spent = this.clock.now() >= this.#ends;
    return this.#spent;
  }

  /** Lets others run, then begins the next turn. */
  async next(): Promise<void> {
    await this.clock.sleep(milliseconds(0));
    this.#ends = plus(this.clock.now(), SLICE_MS);
    this.#spent = false;
  }
}
