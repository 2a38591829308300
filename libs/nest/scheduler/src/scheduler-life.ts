import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { HealthAnswer, HealthChecks } from '@tripline/nest-kit';
import { Stop } from '@tripline/ports';
import type { Scheduler } from '@tripline/services-scheduler';

/** Runs the gate as long as its application. A gate that ended by itself makes the process unhealthy for good: only a new one can mend it. */
@Injectable()
export class SchedulerLife implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stop = new Stop();
  #running: Promise<void> = Promise.resolve();
  #ended = false;

  constructor(
    private readonly scheduler: Scheduler,
    checks: HealthChecks,
  ) {
    checks.add('scheduler', () => this.#health());
  }

  onApplicationBootstrap(): void {
    this.#running = this.scheduler.runGate(this.#stop).catch(() => void (this.#ended = true));
  }

  /** The round under way ends; what is decided by then is told. */
  async beforeApplicationShutdown(): Promise<void> {
    this.#stop.stop();
    await this.#running;
  }

  #health(): HealthAnswer {
    const { trouble } = this.scheduler;
    if (this.#ended) return { ok: false, fatal: true, gate: 'ended' };
    return trouble === undefined ? { ok: true } : { ok: false, trouble };
  }
}
