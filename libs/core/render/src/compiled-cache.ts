/** Values by key, the least recently used forgotten first, bounded by the sum of their weights. */
export class CompiledCache<T> {
  readonly #held = new Map<string, { readonly value: T; readonly weight: number }>();
  #weight = 0;

  constructor(readonly weightMax: number) {}

  get size(): number {
    return this.#held.size;
  }

  get(key: string): T | undefined {
    const found = this.#held.get(key);
    if (found === undefined) return undefined;
    this.#held.delete(key);
    this.#held.set(key, found);
    return found.value;
  }

  /** Keeps the value; one heavier than the whole cache is not kept. */
  set(key: string, value: T, weight: number): void {
    this.#forget(key);
    if (weight > this.weightMax) return;
    this.#held.set(key, { value, weight });
    this.#weight += weight;
    for (const oldest of this.#held.keys()) {
      if (this.#weight <= this.weightMax) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    this.#weight -= this.#held.get(key)?.weight ?? 0;
    this.#held.delete(key);
  }
}
