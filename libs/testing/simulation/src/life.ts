import { makeInstant, type Instant } from '@tripline/kernel';
import type { SimulatedWorld } from './simulated-world.js';

/**
 * One process, as far as the world is concerned.
 * L1. Killed, nothing it waits for ever comes, so that no line of it runs again.
 * L2. Paused, what it waits for is held back, in order, and comes when it wakes up: it believes that no time has passed.
 */
export class Life {
  #state: 'running' | 'paused' | 'dead' = 'running';
  #held: (() => void)[] = [];
  /** How far its own clock is from the true time, in milliseconds. */
  clockOffMs = 0;

  constructor(
    readonly world: SimulatedWorld,
    readonly name: string,
  ) {}

  get running(): boolean {
    return this.#state === 'running';
  }

  get dead(): boolean {
    return this.#state === 'dead';
  }

  now(): Instant {
    return makeInstant(this.world.now() + this.clockOffMs);
  }

  /** Something this process waited for has come. */
  deliver(act: () => void): void {
    if (this.#state === 'running') act();
    else if (this.#state === 'paused') this.#held.push(act);
  }

  kill(): void {
    this.#state = 'dead';
    this.#held = [];
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused';
  }

  wake(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'running';
    const held = this.#held;
    this.#held = [];
    for (const act of held) this.world.in(0, `${this.name} hears`, () => this.deliver(act));
  }
}
