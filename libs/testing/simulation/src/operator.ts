import type { MemoryPorts } from '@tripline/adapters-memory';
import { place, portsOf, type Site } from './site.js';
import { SEASON, seasonal } from './triggers.js';

const RETRY_MS = 700;
const DOCUMENTS = 3;

/** Who publishes, withdraws, pauses and resumes one trigger, again and again, each time until it is answered. */
export class Operator {
  readonly #ports: MemoryPorts;
  #open = 0;
  /** One thing after the other: a person waits for an answer. */
  #last: Promise<void> = Promise.resolve();

  constructor(private readonly site: Site) {
    this.#ports = portsOf(site, place(site, 'operator').wire);
  }

  get done(): boolean {
    return this.#open === 0;
  }

  /** So many changes of mind in so long a time; in the end messages go. */
  begin(times: number, spanMs: number): void {
    const { world } = this.site;
    for (let i = 0; i < times; i++)
      world.in(world.chance.between(0, spanMs), 'the operator thinks anew', () => this.#enqueue(this.#idea()));
  }

  end(): void {
    this.#enqueue(() => this.#ports.switches.set(SEASON, 'running', this.site.world.now(), 'the operator'));
  }

  #idea(): () => Promise<unknown> {
    const { world } = this.site;
    const { catalogue, switches } = this.#ports;
    const document = seasonal(world.chance.between(1, DOCUMENTS));
    const publish = (): Promise<unknown> => catalogue.publish([{ kind: 'trigger', name: SEASON, document }], 'the operator', world.now()); // prettier-ignore
    const pausing = { entries: world.chance.one(['open', 'closed'] as const), messages: world.chance.one(['hold', 'drop'] as const) }; // prettier-ignore
    return world.chance.one([
      publish,
      publish,
      () => catalogue.withdraw('trigger', SEASON, 'the operator', world.now()),
      () => switches.set(SEASON, 'paused', world.now(), 'the operator', pausing),
      () => switches.set(SEASON, 'running', world.now(), 'the operator'),
    ]);
  }

  #enqueue(act: () => Promise<unknown>): void {
    this.#open++;
    this.#last = this.#last.then(() => this.#until(act)).then(() => void this.#open--);
  }

  async #until(act: () => Promise<unknown>): Promise<void> {
    for (let isDone = false; !isDone;) {
      isDone = await act().then(
        () => true,
        () => false,
      );
      if (!isDone) await this.site.world.pause(RETRY_MS, 'the operator tries again');
    }
  }
}
