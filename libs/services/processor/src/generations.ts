/**
 * A cache that keeps what was used lately, at most `max` entries and the last half of that for certain, at the price of a plain map: what is used goes into
 * the young generation; when that holds half of `max`, the old one is forgotten and the young one becomes old.
 */
export class Generations<V> {
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(private readonly max: () => number) {}

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    if (this.#young.size >= this.max() / 2) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }
}
