import { OperatingError } from '@tripline/kernel';
import type { ObjectStore } from '@tripline/ports';
import type { Chance } from './chance.js';
import type { Wire } from './wire.js';

/** The place for objects that all processes share. */
export class SharedObjects {
  readonly #objects = new Map<string, Uint8Array>();
  readonly #damaged = new Set<string>();
  /** Snapshots that somebody began to go on from. */
  restores = 0;

  /** An object is gone, or is not what was put any more. */
  damage(chance: Chance): string | undefined {
    const names = [...this.#objects.keys()];
    if (names.length === 0) return undefined;
    const name = chance.one(names);
    if (chance.happens(0.5)) this.#objects.delete(name);
    else this.#damaged.add(name);
    return name;
  }

  put(name: string, bytes: Uint8Array): void {
    this.#damaged.delete(name);
    this.#objects.set(name, bytes);
  }

  get(name: string): Uint8Array | undefined {
    if (this.#damaged.has(name)) throw new OperatingError('object-damaged', 'never', `${name} is not what was put`);
    if (name.endsWith('/manifest')) this.restores++;
    return this.#objects.get(name)?.slice();
  }

  list(prefix: string): readonly string[] {
    return [...this.#objects.keys()].filter((name) => name.startsWith(prefix)).toSorted();
  }

  remove(name: string): void {
    this.#objects.delete(name);
  }
}

/** The shared objects as one process has them: what is asked for takes its time, and may fail. */
export class SimulatedObjectStore implements ObjectStore {
  readonly checked = true;

  constructor(
    private readonly shared: SharedObjects,
    private readonly wire: Wire,
  ) {}

  put(name: string, bytes: Uint8Array): Promise<void> {
    const sent = bytes.slice();
    return this.wire.ask(`puts ${name}`, () => this.shared.put(name, sent));
  }

  get(name: string): Promise<Uint8Array | undefined> {
    return this.wire.ask(`gets ${name}`, () => this.shared.get(name));
  }

  list(prefix: string): Promise<readonly string[]> {
    return this.wire.ask(`lists ${prefix}`, () => this.shared.list(prefix));
  }

  remove(name: string): Promise<void> {
    return this.wire.ask(`removes ${name}`, () => this.shared.remove(name));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
