import type { Instant } from '@tripline/kernel';

/** Where a call stands: the line, and the item within it. */
export type CallPlace = { readonly offset: number; readonly length: number; readonly line: number; readonly item: number };

/** The order in which the calls of a source were received: five numbers a call, however large it is. */
export class CallOrder {
  readonly #received: Instant[] = [];
  readonly #offsets: number[] = [];
  readonly #lengths: number[] = [];
  readonly #lines: number[] = [];
  readonly #items: number[] = [];

  add(received: Instant, { offset, length, line, item }: CallPlace): void {
    this.#received.push(received);
    this.#offsets.push(offset);
    this.#lengths.push(length);
    this.#lines.push(line);
    this.#items.push(item);
  }

  /** By the time received; those of one instant as they were added. */
  *places(): Generator<CallPlace> {
    const received = this.#received;
    const order = Uint32Array.from(received.keys()).sort((a, b) => (received[a] ?? 0) - (received[b] ?? 0) || a - b);
    for (const i of order)
      yield {
        offset: this.#offsets[i] ?? 0,
        length: this.#lengths[i] ?? 0,
        line: this.#lines[i] ?? 0,
        item: this.#items[i] ?? 0,
      };
  }
}
