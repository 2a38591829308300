import { assert, type Instant } from '@tripline/kernel';
import { nextTimer, type PersonState } from '@tripline/engine';
import type { Checkpoint, Clock, TaskChange, TaskStore, Timer } from '@tripline/ports';
import { Generations } from './generations.js';
import { Slice } from './slice.js';
import { decodeStoredPerson, PersonWriter } from './stored-person.js';
import { StoredTimers } from './stored-timers.js';
import { compareTimers, sameTimer, TimerHeap } from './timer-heap.js';

/** One person in memory. `armed` is the timer that stands for them; `stored` the one the store has, once the commit under way is done. */
export type Holding = {
  readonly state: PersonState | undefined;
  readonly armed: Timer | undefined;
  readonly stored: Timer | undefined;
};
type Mutable = { -readonly [K in keyof Holding]: Holding[K] };

const NOBODY: Holding = { state: undefined, armed: undefined, stored: undefined };

/**
 * The people of one task, in layers: dirty (changed since the last cut) over flushing (being committed) over clean (as in the store, bounded)
 * over the store itself.
 * I1. A holding in flushing or clean never changes; a change makes a new one in dirty.
 * I2. `armed` is never later than the state's next timer, and is undefined exactly while there is none: what comes earlier moves it at once,
 *     what comes later when it comes due.
 * I3. Every armed timer is in one of the two heaps or in the store; one found there that is not its person's `armed` is stale, and is passed over.
 * I4. One flush at a time; one that failed is committed again, the same, before the next begins.
 */
export class WorkingSet {
  #dirty = new Map<string, Mutable>();
  #flushing: ReadonlyMap<string, Holding> | undefined;
  #change: TaskChange | undefined;
  #heap = new TimerHeap();
  #flushingHeap = new TimerHeap();
  readonly #clean: Generations<Holding>;
  readonly #timers: StoredTimers;

  constructor(
    private readonly store: TaskStore,
    hotPeopleMax: () => number,
  ) {
    this.#clean = new Generations(hotPeopleMax);
    this.#timers = new StoredTimers(store);
  }

  /** People changed since the last cut. */
  get dirty(): number {
    return this.#dirty.size;
  }

  get flushing(): boolean {
    return this.#flushing !== undefined;
  }

  find(person: string): Holding {
    return this.#inMemory(person) ?? this.#clean.get(person) ?? this.#load(person);
  }

  /** Keeps the state an event led to; `before` is what `find` gave. */
  keep(person: string, before: Holding, state: PersonState | undefined): void {
    const next = state === undefined ? undefined : nextTimer(state);
    const { armed } = before;
    if (next === undefined) return this.#put(person, before, state, undefined);
    const stays = armed !== undefined && (armed.due - next.due || armed.deadline - next.deadline) <= 0;
    this.#put(person, before, state, stays ? armed : { due: next.due, deadline: next.deadline, person });
  }

  /** Keeps the state after its timer came due, and arms it for what comes next. */
  rearm(person: string, before: Holding, state: PersonState | undefined): void {
    const next = state === undefined ? undefined : nextTimer(state);
    this.#put(person, before, state, next === undefined ? undefined : { due: next.due, deadline: next.deadline, person });
  }

  /** The first timer to fire, due at `until` at the latest. It stays first until its person is kept or armed otherwise. */
  nextTimer(until?: Instant): Timer | undefined {
    const stored = this.#storedHead();
    const [a, b] = [this.#heapHead(this.#heap), this.#heapHead(this.#flushingHeap)];
    let first = stored;
    if (a !== undefined && (first === undefined || compareTimers(a, first) < 0)) first = a;
    if (b !== undefined && (first === undefined || compareTimers(b, first) < 0)) first = b;
    return first !== undefined && (until === undefined || first.due <= until) ? first : undefined;
  }

  /**
   * Commits all that has changed, with the checkpoint that covers exactly that. What is changed while it runs belongs to the next flush.
   * Rejected: nothing is lost; `flush` again takes up the same commit, and the answer tells the checkpoint that became durable.
   */
  async flush(checkpoint: Checkpoint, definitions: () => Uint8Array | undefined, clock: Clock): Promise<Checkpoint> {
    if (this.#change === undefined) {
      assert(this.#flushing === undefined, 'I4: one flush at a time');
      this.#flushing = this.#dirty;
      this.#dirty = new Map();
      [this.#flushingHeap, this.#heap] = [this.#heap, new TimerHeap()];
      this.#change = await this.#makeChange(this.#flushing, checkpoint, definitions(), new Slice(clock));
    }
    const change = this.#change;
    await this.store.commit(change);
    this.#settle();
    return change.checkpoint;
  }

  /** From here on the store holds what was flushed. */
  #settle(): void {
    for (const [person, holding] of this.#flushing ?? [])
      if (!this.#dirty.has(person)) this.#clean.set(person, { ...holding, stored: holding.armed });
    this.#flushing = undefined;
    this.#change = undefined;
    this.#flushingHeap = new TimerHeap();
    this.#timers.restart();
  }

  async #makeChange(
    flushing: ReadonlyMap<string, Holding>,
    checkpoint: Checkpoint,
    definitions: Uint8Array | undefined,
    slice: Slice,
  ): Promise<TaskChange> {
    const people = new Map<string, Uint8Array | null>();
    const writer = new PersonWriter();
    const timersRemoved: Timer[] = [];
    const timersAdded: Timer[] = [];
    for (const [person, { state, armed, stored }] of flushing) {
      people.set(person, state === undefined ? null : writer.write(state, armed));
      if (!sameTimer(armed, stored)) {
        if (stored !== undefined) timersRemoved.push(stored);
        if (armed !== undefined) timersAdded.push(armed);
      }
      if (slice.over()) await slice.next();
    }
    return { checkpoint, people, timersRemoved, timersAdded, ...(definitions === undefined ? {} : { definitions }) };
  }

  #inMemory(person: string): Holding | undefined {
    return this.#dirty.get(person) ?? this.#flushing?.get(person);
  }

  #load(person: string): Holding {
    const bytes = this.store.person(person);
    if (bytes === undefined) return NOBODY;
    const { state, armed } = decodeStoredPerson(person, bytes);
    const holding = { state, armed, stored: armed };
    this.#clean.set(person, holding);
    return holding;
  }

  #put(person: string, before: Holding, state: PersonState | undefined, armed: Timer | undefined): void {
    if (armed !== undefined && armed !== before.armed) this.#heap.push(armed);
    const dirty = this.#dirty.get(person);
    if (dirty === undefined) {
      const stored = this.#flushing?.has(person) === true ? before.armed : before.stored;
      this.#dirty.set(person, { state, armed, stored });
      return;
    }
    dirty.state = state;
    dirty.armed = armed;
  }

  #heapHead(heap: TimerHeap): Timer | undefined {
    for (let head = heap.peek(); head !== undefined; head = heap.peek()) {
      if (sameTimer(this.#inMemory(head.person)?.armed, head)) return head;
      heap.pop();
    }
    return undefined;
  }

  #storedHead(): Timer | undefined {
    for (let head = this.#timers.peek(); head !== undefined; head = this.#timers.peek()) {
      const holding = this.#inMemory(head.person);
      if (holding === undefined || sameTimer(holding.armed, head)) return head;
      this.#timers.skip();
    }
    return undefined;
  }
}
