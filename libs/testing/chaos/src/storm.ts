import { setTimeout as pause } from 'node:timers/promises';
import type { Chance } from '@tripline/testing-simulation';
import type { System } from './system.js';

/** What goes wrong, and how it is put right again. */
type Fault = { readonly name: string; readonly strike: () => Promise<void> };

/** Kills and restarts at random until it is told to stop; everything runs again when it has. */
export class Storm {
  readonly told: string[] = [];

  constructor(
    private readonly system: System,
    private readonly chance: Chance,
    private readonly calmMs: number,
  ) {}

  async rage(over: () => boolean): Promise<void> {
    while (!over()) {
      await pause(this.chance.between(this.calmMs / 2, this.calmMs * 1.5));
      if (over()) return;
      const fault = this.chance.one(this.#faults());
      this.told.push(`${new Date().toISOString()} ${fault.name}`);
      await fault.strike();
    }
  }

  #faults(): readonly Fault[] {
    const names = [...this.system.services.keys()];
    const kill = (name: string): Fault => ({ name: `kill -9 ${name}`, strike: () => this.#again(name, 'kill') });
    return [
      ...names.map(kill),
      { name: 'rolling restart of the processors', strike: () => this.#roll('processor') },
      { name: 'rolling restart of the dispatchers', strike: () => this.#roll('dispatcher') },
      { name: 'a processor is paused, and wakes up', strike: () => this.#freeze('processor') },
      { name: 'a dispatcher is paused, and wakes up', strike: () => this.#freeze('dispatcher') },
      { name: 'kill -9 Kafka', strike: () => this.#killBroker() },
      { name: 'kill -9 PostgreSQL', strike: () => this.#killPostgres() },
    ];
  }

  async #again(name: string, how: 'kill' | 'stop'): Promise<void> {
    const service = this.system.services.get(name);
    await service?.[how]();
    await pause(this.chance.between(0, 2_000));
    await this.system.start(name);
  }

  async #roll(app: string): Promise<void> {
    for (const name of this.system.services.keys()) if (name.startsWith(app)) await this.#again(name, 'stop');
  }

  /** For longer than its session: others get its work, and it knows nothing of it when it wakes up. */
  async #freeze(app: string): Promise<void> {
    const names = [...this.system.services.keys()].filter((name) => name.startsWith(app));
    const service = this.system.services.get(this.chance.one(names));
    service?.signal('SIGSTOP');
    await pause(this.chance.between(5_000, 40_000));
    service?.signal('SIGCONT');
  }

  async #killBroker(): Promise<void> {
    if (!this.system.broker.ours) return;
    await this.system.broker.kill();
    await pause(this.chance.between(0, 3_000));
    await this.system.broker.restart();
  }

  async #killPostgres(): Promise<void> {
    await this.system.killPostgres();
    await pause(this.chance.between(0, 2_000));
    await this.system.startPostgres();
  }
}
