import { makeInstant, type Instant } from '@tripline/kernel';
import type { TaskStore, Timer } from '@tripline/ports';

/** Timers read from the store at a time. */
const PAGE = 64;
const FOREVER = makeInstant(8_640_000_000_000_000);

/** Walks over the timers of the last commit, first to last; `restart` after each commit. */
export class StoredTimers {
  #page: readonly Timer[] = [];
  #at = 0;
  #exhausted = false;

  constructor(private readonly store: TaskStore) {}

  peek(until: Instant = FOREVER): Timer | undefined {
    if (this.#at >= this.#page.length) this.#turn();
    const timer = this.#page[this.#at];
    return timer !== undefined && timer.due <= until ? timer : undefined;
  }

  skip(): void {
    this.#at++;
  }

  restart(): void {
    this.#page = [];
    this.#at = 0;
    this.#exhausted = false;
  }

  #turn(): void {
    if (this.#exhausted) return;
    this.#page = this.store.timers(FOREVER, PAGE, this.#page.at(-1));
    this.#at = 0;
    this.#exhausted = this.#page.length < PAGE;
  }
}
