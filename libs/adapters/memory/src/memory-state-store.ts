import { assert, type Instant } from '@tripline/kernel';
import {
  PART_ROWS_MAX,
  type Checkpoint,
  type StateCopy,
  type StatePart,
  type StateStore,
  type TaskChange,
  type TaskStore,
  type Timer,
  type WholeState,
} from '@tripline/ports';

type Task = {
  checkpoint?: Checkpoint;
  definitions?: Uint8Array;
  readonly people: Map<string, Uint8Array>;
  /** In order. */
  timers: readonly Timer[];
  open: boolean;
};

/** By `due`, then `deadline`, then `person` (UTF-16 units). */
const order = (a: Timer, b: Timer): number =>
  a.due - b.due || a.deadline - b.deadline || (a.person < b.person ? -1 : a.person > b.person ? 1 : 0);

/** Keeps the state of tasks in memory, for as long as this object lives: also after a task's store is closed, as a disk would. */
export class MemoryStateStore implements StateStore {
  readonly #tasks = new Map<number, Task>();

  open(task: number): Promise<TaskStore> {
    const state = this.#tasks.get(task) ?? { people: new Map<string, Uint8Array>(), timers: [], open: false };
    assert(!state.open, `the state of task ${task} is open already`);
    state.open = true;
    this.#tasks.set(task, state);
    return Promise.resolve(new MemoryTaskStore(state));
  }

  async replace(task: number, state: WholeState): Promise<void> {
    assert(this.#tasks.get(task)?.open !== true, `the state of task ${task} is open`);
    const people = new Map<string, Uint8Array>();
    const timers: Timer[] = [];
    for await (const part of state.parts()) {
      for (const [key, bytes] of part.people) people.set(key, bytes.slice());
      timers.push(...part.timers);
    }
    const definitions = state.definitions === undefined ? {} : { definitions: state.definitions.slice() };
    this.#tasks.set(task, {
      checkpoint: state.checkpoint,
      ...definitions,
      people,
      timers: timers.sort(order),
      open: false,
    });
  }

  /** The process that had the task open died: it can be opened again, and what the dead one still commits is lost. */
  abandon(task: number): void {
    const state = this.#tasks.get(task);
    if (state !== undefined) this.#tasks.set(task, { ...state, people: new Map(state.people), open: false });
  }
}

class MemoryTaskStore implements TaskStore {
  #committing = false;

  constructor(private readonly task: Task) {}

  checkpoint(): Checkpoint | undefined {
    return this.task.checkpoint;
  }

  definitions(): Uint8Array | undefined {
    return this.task.definitions;
  }

  person(key: string): Uint8Array | undefined {
    return this.task.people.get(key);
  }

  timers(until: Instant, max: number, after?: Timer): readonly Timer[] {
    const found: Timer[] = [];
    for (const timer of this.task.timers) {
      if (timer.due > until || found.length >= max) break;
      if (after === undefined || order(timer, after) > 0) found.push(timer);
    }
    return found;
  }

  /** Applied a moment after the call, so that nobody comes to rely on reading what is not committed. */
  async commit(change: TaskChange): Promise<void> {
    assert(!this.#committing, 'one commit at a time');
    assert(this.task.open, 'the store is closed');
    this.#committing = true;
    await Promise.resolve();
    this.#committing = false;
    this.#apply(change);
  }

  copy(): StateCopy | undefined {
    const { checkpoint, definitions, timers } = this.task;
    if (checkpoint === undefined) return undefined;
    const people = [...this.task.people].map(([key, bytes]) => [key, bytes.slice()] as const);
    return { checkpoint, definitions, parts: () => partsOf(people, timers), close: () => undefined };
  }

  close(): Promise<void> {
    this.task.open = false;
    return Promise.resolve();
  }

  #apply(change: TaskChange): void {
    this.task.checkpoint = change.checkpoint;
    if (change.definitions !== undefined) this.task.definitions = change.definitions.slice();
    for (const [key, bytes] of change.people) {
      if (bytes === null) this.task.people.delete(key);
      else this.task.people.set(key, bytes.slice());
    }
    if (change.timersRemoved.length === 0 && change.timersAdded.length === 0) return;
    const kept = new Map(this.task.timers.map((timer) => [idOf(timer), timer]));
    for (const timer of change.timersRemoved) kept.delete(idOf(timer));
    for (const timer of change.timersAdded) kept.set(idOf(timer), timer);
    this.task.timers = [...kept.values()].sort(order);
  }
}

function* partsOf(people: readonly (readonly [string, Uint8Array])[], timers: readonly Timer[]): Generator<StatePart> {
  for (let i = 0; i < people.length; i += PART_ROWS_MAX)
    yield { people: new Map(people.slice(i, i + PART_ROWS_MAX)), timers: [] };
  for (let i = 0; i < timers.length; i += PART_ROWS_MAX) yield { people: new Map(), timers: timers.slice(i, i + PART_ROWS_MAX) };
}

const idOf = (timer: Timer): string => `${timer.due} ${timer.deadline} ${timer.person}`;
