/** Something that was used since it was last looked at. */
export type Usable = { used: boolean };

/**
 * Holds at most `max` entries. For one more the oldest gives way that was not used since the hand last passed it: what is used stays, at the
 * price of a flag (the clock algorithm).
 */
export class SecondChance<T extends Usable> {
  readonly #slots: T[] = [];
  #hand = 0;

  constructor(private readonly max: number) {}

  /** Takes in an entry that is not held yet; answers the one that gives way for it. */
  admit(entry: T): T | undefined {
    if (this.#slots.length < this.max) {
      this.#slots.push(entry);
      return undefined;
    }
    for (;;) {
      const at = this.#hand;
      this.#hand = (at + 1) % this.#slots.length;
      const candidate = this.#slots[at] as T;
      if (!candidate.used) {
        this.#slots[at] = entry;
        return candidate;
      }
      candidate.used = false;
    }
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#slots[Symbol.iterator]();
  }
}
