import { encodeUtf8 } from '@tripline/kernel';
import type { NameSpan } from '@tripline/model';

/** FNV-1a over `bytes[from, to)`: good enough for a table of names, and nothing is allocated. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let h = 0x811c9dc5;
  for (let i = from; i < to; i++) h = Math.imul(h ^ (bytes[i] as number), 0x01000193);
  return h >>> 0;
}

function same(name: Uint8Array, bytes: Uint8Array, { from, to }: NameSpan): boolean {
  if (name.length !== to - from) return false;
  for (let i = 0; i < name.length; i++) if (name[i] !== bytes[from + i]) return false;
  return true;
}

/**
 * A set of names that is asked with bytes. Open addressing, at most half full.
 * I1. A name stands at its hash or in the unbroken run of slots after it.
 */
export class NameTable {
  readonly #slots: (Uint8Array | undefined)[];
  readonly #mask: number;

  constructor(names: Iterable<string>) {
    const encoded = [...new Set(names)].map(encodeUtf8);
    const size = 2 ** Math.ceil(Math.log2(Math.max(2, encoded.length * 2)));
    this.#slots = Array.from({ length: size });
    this.#mask = size - 1;
    for (const name of encoded) this.#add(name);
  }

  has(bytes: Uint8Array, span: NameSpan): boolean {
    for (let at = hash(bytes, span.from, span.to) & this.#mask; ; at = (at + 1) & this.#mask) {
      const name = this.#slots[at];
      if (name === undefined) return false;
      if (same(name, bytes, span)) return true;
    }
  }

  #add(name: Uint8Array): void {
    let at = hash(name, 0, name.length) & this.#mask;
    while (this.#slots[at] !== undefined) at = (at + 1) & this.#mask;
    this.#slots[at] = name;
  }
}
