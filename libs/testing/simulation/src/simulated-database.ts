import { MemoryDatabase, type MemoryPorts } from '@tripline/adapters-memory';
import { OperatingError } from '@tripline/kernel';
import type { Wire } from './wire.js';

/** The database that all processes share. */
export class SimulatedDatabase {
  readonly #database = new MemoryDatabase();
  /** With nothing in between: to prepare it, and for the auditor. */
  readonly direct = this.#database.connect();
  /** Grows with every fail-over: a connection is of the server it was made to. */
  #server = 0;
  #downUntil = 0;

  /** All connections break at once. What was committed is there, what is still on its way has no effect, and nobody answers for a while. */
  failOver(now: number, forMs: number): void {
    this.#server++;
    this.#downUntil = now + forMs;
  }

  /** As a process sees it: every call takes its time, and may fail before or after it took effect. Each takes effect at one instant, as a whole. */
  connect(wire: Wire): MemoryPorts {
    const ports = this.#database.connect();
    const through: Through = (what, effect) => this.#call(wire, what, effect);
    const entries = Object.entries(ports).map(([name, port]: [string, unknown]) => [name, isPort(port) ? remote(name, port, through) : port]); // prettier-ignore
    return Object.fromEntries(entries) as MemoryPorts;
  }

  async #call(wire: Wire, what: string, effect: Effect): Promise<unknown> {
    const { world } = wire.life;
    const server = this.#server;
    const fails = (): boolean => world.chance.happens(wire.weather.databaseFails) || server !== this.#server;
    await wire.arrive(what, SURVIVES);
    const isLost = fails() || world.exactly() < this.#downUntil;
    const answer = isLost ? undefined : await settled(effect);
    const isUnheard = fails();
    await wire.back(what);
    if (answer === undefined || isUnheard || server !== this.#server)
      throw new OperatingError('database-lost', 'later', `${what}: the connection broke`);
    if (answer.status === 'rejected') throw answer.reason;
    return answer.value;
  }
}

/** What was asked before its process was killed has an effect all the same, so often. */
const SURVIVES = 0.5;

type Effect = () => Promise<unknown>;
type Through = (what: string, effect: Effect) => Promise<unknown>;

const isPort = (port: unknown): port is object => typeof port === 'object' && port !== null;

async function settled(effect: Effect): Promise<PromiseSettledResult<unknown> | undefined> {
  const [answer] = await Promise.allSettled([effect()]);
  return answer;
}

/** The port, each call of which goes through something. */
function remote<Port extends object>(name: string, port: Port, through: Through): Port {
  const get = (of: Port, method: string | symbol): unknown => {
    const call = Reflect.get(of, method) as (...given: unknown[]) => Promise<unknown>;
    return (...given: unknown[]) => through(`${name}.${String(method)}`, () => call.apply(of, given));
  };
  return new Proxy(port, { get });
}
