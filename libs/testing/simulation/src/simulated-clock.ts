import type { Duration, Instant } from '@tripline/kernel';
import type { Clock, Stop } from '@tripline/ports';
import type { Life } from './life.js';

/** The clock of one process: off by what its life says, and silent while that is paused. */
export class SimulatedClock implements Clock {
  constructor(private readonly life: Life) {}

  now(): Instant {
    return this.life.now();
  }

  sleep(length: Duration, stop?: Stop): Promise<void> {
    const { life } = this;
    return new Promise((resolve) => {
      const forget = stop?.onStop(resolve);
      life.world.in(length, `${life.name} slept`, () => {
        forget?.();
        life.deliver(resolve);
      });
    });
  }
}
