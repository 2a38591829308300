import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Stop } from '@tripline/ports';
import type { EventCounter } from '@tripline/services-control';

/** Counts events as long as its application runs. */
@Injectable()
export class EventCounterLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new Stop();
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly counter: EventCounter) {}

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
