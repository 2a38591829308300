import { Heap, makeInstant, type Instant } from '@tripline/kernel';
import type { Chance } from './chance.js';
import { History } from './history.js';

type Wake = { readonly at: number; readonly tie: number; readonly order: number; readonly what: string; act(): void };

const soonest = (a: Wake, b: Wake): number => a.at - b.at || a.tie - b.tie || a.order - b.order;

/** How much happens at once before anybody looks whether the simulation is over. */
const BURST = 16;

/**
 * Virtual time, and everything that is still to come.
 * V1. One wake at a time; the next comes only when no microtask is left, so that what the first one set in motion stands still again.
 * V2. Of two wakes at one instant the seed says which comes first, unless they were told to keep their order.
 * V3. Nothing else moves: no timer, no clock, no I/O of the machine.
 */
export class SimulatedWorld {
  readonly history = new History();
  readonly #queue = new Heap<Wake>(soonest);
  #now: number;
  #order = 0;

  constructor(
    readonly chance: Chance,
    beginsAt: number,
  ) {
    this.#now = beginsAt;
  }

  /** The true time, which no process can see. */
  now(): Instant {
    return makeInstant(Math.floor(this.#now));
  }

  /** In parts of a millisecond, too. */
  exactly(): number {
    return this.#now;
  }

  /** Does something `afterMs` from now. */
  in(afterMs: number, what: string, act: () => void): void {
    this.#push(this.#now + afterMs, this.chance.between(0, 0xffff), what, act);
  }

  /** Does something at an instant, after all that was put there before with this. */
  at(at: number, what: string, act: () => void): void {
    this.#push(Math.max(at, this.#now), -1, what, act);
  }

  pause(afterMs: number, what: string): Promise<void> {
    return new Promise((resolve) => this.in(afterMs, what, resolve));
  }

  /** Goes on until `done`, or until `upTo`; true: it was done. */
  async run(upTo: number, done: () => boolean = () => false): Promise<boolean> {
    for (let burst = 0; ; burst++) {
      if (burst % BURST === 0 && done()) return true;
      const next = this.#queue.peek();
      if (next === undefined || next.at > upTo) break;
      this.#queue.pop();
      this.#now = Math.max(this.#now, next.at);
      this.history.add(`${this.#now} ${next.what}`);
      next.act();
      await drained();
    }
    this.#now = Math.max(this.#now, upTo);
    return done();
  }

  #push(at: number, tie: number, what: string, act: () => void): void {
    this.#queue.push({ at, tie, order: this.#order++, what, act });
  }
}

/** Every microtask there is has run. */
const drained = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
