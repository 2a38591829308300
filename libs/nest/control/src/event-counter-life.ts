import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { HealthChecks } from '@tripline/nest-kit';
import { Stop } from '@tripline/ports';
import type { EventCounter } from '@tripline/services-control';

/** Counts events as long as its application runs. Counting that halted is unhealthy, not fatal: nothing but warnings rests on it. */
@Injectable()
export class EventCounterLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new Stop();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly counter: EventCounter,
    checks: HealthChecks,
  ) {
    checks.add('counting', () => (counter.halted ? { ok: false, counting: 'halted' } : { ok: true }));
  }

  async onApplicationBootstrap(): Promise<void> {
    await this.counter.open();
    this.#running = this.counter.run(this.#stop);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.stop();
    await this.#running;
    await this.counter.close();
  }
}
