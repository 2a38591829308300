import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { HealthChecks } from '@tripline/nest-kit';
import { Stop } from '@tripline/ports';
import type { Outbox } from '@tripline/services-control';

/** Runs the outbox as long as its application. One that ended by itself makes the process unhealthy for good. */
@Injectable()
export class OutboxLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new Stop();
  #running: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(
    private readonly outbox: Outbox,
    checks: HealthChecks,
  ) {
    checks.add('outbox', () => {
      if (this.#ended) return { ok: false, fatal: true, outbox: 'ended' };
      return outbox.trouble === undefined ? { ok: true } : { ok: false, trouble: outbox.trouble };
    });
  }

  onApplicationBootstrap(): void {
    this.#running = this.outbox.run(this.#stop).catch(() => void (this.#ended = true));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.stop();
    await this.#running;
  }
}
