import { MemoryStateStore } from '@tripline/adapters-memory';
import { OperatingError } from '@tripline/kernel';
import type { StateStore, TaskChange, TaskStore, Timer, WholeState } from '@tripline/ports';
import type { Chance } from './chance.js';
import { decoratedStore } from './decorated.js';
import type { Wire } from './wire.js';

/** What is left of a processor's state when it is killed: every change that was committed, by task, in order. */
export class SimulatedDisk {
  readonly #tasks = new Map<number, TaskChange[]>();

  changes(task: number): readonly TaskChange[] {
    return this.#tasks.get(task) ?? [];
  }

  write(task: number, change: TaskChange): void {
    const people = new Map([...change.people].map(([key, bytes]) => [key, bytes?.slice() ?? null]));
    this.#tasks.set(task, [...this.changes(task), { ...change, people }]);
  }

  /** One state in the place of all that was. */
  put(task: number, change: TaskChange): void {
    this.#tasks.delete(task);
    this.write(task, change);
  }

  /** A copy as it was some commits ago, of each task by itself. */
  older(chance: Chance): SimulatedDisk {
    const copy = new SimulatedDisk();
    for (const [task, changes] of this.#tasks) copy.#tasks.set(task, changes.slice(0, chance.between(0, changes.length)));
    return copy;
  }
}

/** A process' store on a disk. A commit is on the disk at one instant, whatever becomes of the process then; some fail, before or after it. */
export class SimulatedStateStore implements StateStore {
  constructor(
    private readonly disk: SimulatedDisk,
    private readonly wire: Wire,
  ) {}

  async open(task: number): Promise<TaskStore> {
    const store = await restored(this.disk, task);
    const { disk, wire } = this;
    const commit = async (change: TaskChange, inner: TaskStore): Promise<void> => {
      const fails = wire.life.world.chance.happens(wire.weather.commitFails);
      await spin(wire);
      if (!fails) {
        disk.write(task, change);
        await inner.commit(change);
      }
      await wire.back(`committed task ${task}`);
      if (fails) throw new OperatingError('state-store', 'later', 'the disk is full');
    };
    return decoratedStore(store, (inner) => ({ commit: (change) => commit(change, inner) })).open(task);
  }

  async replace(task: number, state: WholeState): Promise<void> {
    const change = await changeOf(state);
    await spin(this.wire);
    this.disk.put(task, change);
    await this.wire.back(`replaced task ${task}`);
  }
}

/** The whole of it as one change of a task that knew nothing. */
async function changeOf(state: WholeState): Promise<TaskChange> {
  const { checkpoint, definitions } = state;
  const people = new Map<string, Uint8Array>();
  const timersAdded: Timer[] = [];
  for await (const part of state.parts()) {
    for (const [key, bytes] of part.people) people.set(key, bytes);
    timersAdded.push(...part.timers);
  }
  return { checkpoint, people, timersRemoved: [], timersAdded, ...(definitions === undefined ? {} : { definitions }) };
}

/** What a process finds that opens a task on this disk. */
export async function restored(disk: SimulatedDisk, task: number): Promise<StateStore> {
  const store = new MemoryStateStore();
  const opened = await store.open(task);
  for (const change of disk.changes(task)) await opened.commit(change);
  await opened.close();
  return store;
}

/** A killed process writes nothing more. */
function spin({ life, weather }: Wire): Promise<void> {
  const { world } = life;
  return new Promise((resolve) =>
    world.in(world.chance.between(0, weather.diskMs), `${life.name} writes`, () => {
      if (!life.dead) resolve();
    }),
  );
}
