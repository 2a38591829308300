import type { Timer } from '@tripline/ports';

/** The order in which timers fire: by `due`, then `deadline`, then `person` (UTF-16 units), as the store has it. */
export function compareTimers(a: Timer, b: Timer): number {
  return a.due - b.due || a.deadline - b.deadline || (a.person < b.person ? -1 : a.person > b.person ? 1 : 0);
}

export const sameTimer = (a: Timer | undefined, b: Timer | undefined): boolean =>
  a === b || (a !== undefined && b !== undefined && compareTimers(a, b) === 0);

/** Timers in memory, the first to fire on top: a binary heap. Takes duplicates. */
export class TimerHeap {
  readonly #heap: Timer[] = [];

  get size(): number {
    return this.#heap.length;
  }

  peek(): Timer | undefined {
    return this.#heap[0];
  }

  push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.length;
    heap.push(timer);
    while (at > 0) {
      const parent = (at - 1) >>> 1;
      const above = heap[parent] as Timer;
      if (compareTimers(above, timer) <= 0) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = timer;
  }

  pop(): Timer | undefined {
    const top = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return top;
  }

  #sink(timer: Timer): void {
    const heap = this.#heap;
    const half = heap.length >>> 1;
    let at = 0;
    while (at < half) {
      let child = 2 * at + 1;
      const right = heap[child + 1];
      if (right !== undefined && compareTimers(right, heap[child] as Timer) < 0) child++;
      const below = heap[child] as Timer;
      if (compareTimers(timer, below) <= 0) break;
      heap[at] = below;
      at = child;
    }
    heap[at] = timer;
  }
}
