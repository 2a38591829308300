/** Records a second taken to be applied before it is known better. */
const RATE_FIRST = 20_000;
/** It is known better after so much work, in milliseconds. */
const WORK_MIN_MS = 1_000;

/** How long reading records again would take, by what applying them took. */
export class ReplayEstimate {
  #records = 0;
  #workMs = 0;

  worked(records: number, ms: number): void {
    this.#records += records;
    this.#workMs += ms;
  }

  /** Milliseconds that so many records take. */
  msOf(records: number): number {
    if (this.#workMs < WORK_MIN_MS) return (records / RATE_FIRST) * 1_000;
    return (records * this.#workMs) / Math.max(1, this.#records);
  }
}
