import { OperatingError } from '@tripline/kernel';
import type { Life } from './life.js';
import type { Weather } from './weather.js';

/** A process' way to something outside of it: requests and answers take their time, and either may get lost. */
export class Wire {
  constructor(
    readonly life: Life,
    readonly weather: Weather,
  ) {}

  /** One way, in milliseconds. */
  way(): number {
    const { chance } = this.life.world;
    const { delays, delayMs, latencyMs } = this.weather;
    return chance.happens(delays) ? chance.between(0, delayMs) : chance.between(0, latencyMs);
  }

  /** Asks for something that takes effect at one instant in between, and changes nothing where it fails. */
  async ask<T>(what: string, effect: () => T, fails = this.weather.requestFails): Promise<T> {
    const { life } = this;
    await this.arrive(what);
    const lost = life.world.chance.happens(fails);
    const answer = lost ? undefined : settle(effect);
    await this.back(what);
    if (answer === undefined) throw new OperatingError('unreachable', 'later', `${what}: no answer`);
    if ('error' in answer) throw answer.error;
    return answer.value;
  }

  /** The answer comes back, if the process still lives. */
  back(what: string): Promise<void> {
    const { life } = this;
    return new Promise((resolve) => life.world.in(this.way(), `${life.name} ${what}`, () => life.deliver(resolve)));
  }

  /** Resolves when a request arrives. One whose process is killed meanwhile arrives all the same, so often. */
  arrive(what: string, survives = 0, slowMs = 0): Promise<void> {
    const { life } = this;
    return new Promise((resolve) =>
      life.world.in(this.way() + slowMs, `${life.name} asks ${what}`, () => {
        if (!life.dead || life.world.chance.happens(survives)) resolve();
      }),
    );
  }
}

type Settled<T> = { readonly value: T } | { readonly error: unknown };

function settle<T>(effect: () => T): Settled<T> {
  try {
    return { value: effect() };
  } catch (error) {
    return { error };
  }
}
