import type { Instant } from '@tripline/kernel';
import type { PersonKey } from '@tripline/model';

/** What happens next to a person if nothing else does: at `at`, because of what ended at `deadline`. */
export type Due = { readonly at: Instant; readonly deadline: Instant; readonly person: PersonKey };

/** The order in which a task decides: by instant, then deadline, then person (UTF-16 units). */
export function compareDues(a: Due, b: Due): number {
  return a.at - b.at || a.deadline - b.deadline || (a.person < b.person ? -1 : a.person > b.person ? 1 : 0);
}

/** Dues, the first on top: a binary heap. */
export class DueHeap<D extends Due> {
  readonly #heap: D[] = [];

  peek(): D | undefined {
    return this.#heap[0];
  }

  push(due: D): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as D;
      if (compareDues(above, due) <= 0) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = due;
  }

  pop(): D | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return top;
  }

  #sink(due: D): void {
    const heap = this.#heap;
    const half = heap.length >>> 1;
    let at = 0;
    while (at < half) {
      let child = 2 * at + 1;
      const right = heap[child + 1];
      if (right !== undefined && compareDues(right, heap[child] as D) < 0) child++;
      const below = heap[child] as D;
      if (compareDues(due, below) <= 0) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = due;
  }
}
