/** Takes a transaction back. One runs at a time: its work is synchronous. */
export class Journal {
  #undo: (() => void)[] = [];

  /** All that `work` writes is kept; where it throws, nothing. */
  atomically<T>(work: () => T): T {
    this.#undo = [];
    try {
      return work();
    } catch (error) {
      for (const undo of this.#undo.reverse()) undo();
      throw error;
    }
  }

  note(undo: () => void): void {
    this.#undo.push(undo);
  }
}

/** Rows by key, in no promised order: whoever reads many sorts them. A row is a value and is replaced, never changed. */
export class Table<Key, Row> {
  readonly #rows = new Map<Key, Row>();

  constructor(private readonly journal: Journal) {}

  get(key: Key): Row | undefined {
    return this.#rows.get(key);
  }

  rows(): readonly Row[] {
    return [...this.#rows.values()];
  }

  entries(): readonly (readonly [Key, Row])[] {
    return [...this.#rows.entries()];
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Sets the row; undefined takes it out. */
  put(key: Key, row: Row | undefined): void {
    const before = this.#rows.get(key);
    this.journal.note(() => this.#write(key, before));
    this.#write(key, row);
  }

  #write(key: Key, row: Row | undefined): void {
    if (row === undefined) this.#rows.delete(key);
    else this.#rows.set(key, row);
  }
}
