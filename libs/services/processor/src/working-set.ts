import { assert, Heap, type Instant } from '@tripline/kernel';
import { nextTimer, type PersonState } from '@tripline/engine';
import type { Checkpoint, Clock, TaskChange, TaskStore, Timer } from '@tripline/ports';
import { SecondChance } from './second-chance.js';
import { Slice } from './slice.js';
import { decodeStoredPerson, encodeStoredPerson } from './stored-person.js';
import { StoredTimers } from './stored-timers.js';
import { compareTimers, sameTimer } from './timer-order.js';

/** One person as a task sees them. `armed` is the timer that stands for them; `stored` the one the store has, once the commit under way is done. */
export type Holding = {
  readonly state: PersonState | undefined;
  readonly armed: Timer | undefined;
  readonly stored: Timer | undefined;
};

/** A person changed since the last commit: hot (decoded), packed (as the store will have them), or both. */
type Changed = {
  readonly person: string;
  state: PersonState | undefined;
  packed: Uint8Array | undefined;
  armed: Timer | undefined;
  readonly stored: Timer | undefined;
  hot: boolean;
  used: boolean;
};

const NOBODY: Holding = { state: undefined, armed: undefined, stored: undefined };

/**
 * The people of one task, in layers: dirty (changed since the last cut) over flushing (being committed) over clean (what of the last commit
 * was hot) over the store itself. Decoded states are what costs memory and the collection of garbage: only the hot ones, used
 * lately, are held so; the other changed ones are packed, which a checkpoint needs anyway, one at a time and not all at the checkpoint.
 * I1. What a person in flushing or clean is never changes; a change makes a new one in dirty.
 * I2. `armed` is never later than the state's next timer, and is undefined exactly while there is none: what comes earlier moves it at once,
 *     what comes later when it comes due.
 * I3. Every armed timer is in one of the two heaps or in the store; one found there that is not its person's `armed` is stale, and is passed over.
 * I4. One flush at a time; one that failed is committed again, the same, before the next begins.
 * I5. `packed`, where it is there, is what `state` and `armed` come to. A hot person is in `#hot` of their layer; one who is not is packed.
 * I6. Clean holds people of the last commit only: whoever changed since is in a layer above it.
 */
export class WorkingSet {
  #dirty = new Map<string, Changed>();
  #flushing: ReadonlyMap<string, Changed> | undefined;
  #change: TaskChange | undefined;
  #heap = new Heap(compareTimers);
  #flushingHeap = new Heap(compareTimers);
  #hot: SecondChance<Changed>;
  #flushingHot: Iterable<Changed> = [];
  #clean: ReadonlyMap<string, Holding> = new Map();
  readonly #timers: StoredTimers;

  constructor(
    private readonly store: TaskStore,
    private readonly hotPeopleMax: () => number,
  ) {
    this.#hot = new SecondChance(hotPeopleMax());
    this.#timers = new StoredTimers(store);
  }

  /** People changed since the last cut. */
  get dirty(): number {
    return this.#dirty.size;
  }

  get flushing(): boolean {
    return this.#flushing !== undefined;
  }

  /** Holds until the next change of this person. */
  find(person: string): Holding {
    const dirty = this.#dirty.get(person);
    if (dirty !== undefined) return this.#warm(dirty);
    const flushing = this.#flushing?.get(person);
    if (flushing !== undefined) return decoded(flushing);
    return this.#clean.get(person) ?? this.#load(person);
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
      [this.#flushingHeap, this.#heap] = [this.#heap, new Heap(compareTimers)];
      [this.#flushingHot, this.#hot] = [this.#hot, new SecondChance(this.hotPeopleMax())];
      this.#change = await this.#makeChange(this.#flushing, checkpoint, definitions(), new Slice(clock));
    }
    const change = this.#change;
    await this.store.commit(change);
    this.#settle();
    return change.checkpoint;
  }

  /** From here on the store holds what was flushed. */
  #settle(): void {
    const clean = new Map<string, Holding>();
    for (const { person, state, armed } of this.#flushingHot) clean.set(person, { state, armed, stored: armed });
    this.#clean = clean;
    this.#flushing = undefined;
    this.#flushingHot = [];
    this.#change = undefined;
    this.#flushingHeap = new Heap(compareTimers);
    this.#timers.restart();
  }

  async #makeChange(
    flushing: ReadonlyMap<string, Changed>,
    checkpoint: Checkpoint,
    definitions: Uint8Array | undefined,
    slice: Slice,
  ): Promise<TaskChange> {
    const people = new Map<string, Uint8Array | null>();
    const timersRemoved: Timer[] = [];
    const timersAdded: Timer[] = [];
    for (const changed of flushing.values()) {
      const { person, armed, stored } = changed;
      people.set(person, this.#pack(changed) ?? null);
      if (!sameTimer(armed, stored)) {
        if (stored !== undefined) timersRemoved.push(stored);
        if (armed !== undefined) timersAdded.push(armed);
      }
      if (slice.over()) await slice.next();
    }
    return { checkpoint, people, timersRemoved, timersAdded, ...(definitions === undefined ? {} : { definitions }) };
  }

  #inMemory(person: string): Changed | undefined {
    return this.#dirty.get(person) ?? this.#flushing?.get(person);
  }

  #load(person: string): Holding {
    const bytes = this.store.person(person);
    if (bytes === undefined) return NOBODY;
    const { state, armed } = decodeStoredPerson(person, bytes);
    return { state, armed, stored: armed };
  }

  #put(person: string, before: Holding, state: PersonState | undefined, armed: Timer | undefined): void {
    if (armed !== undefined && armed !== before.armed) this.#heap.push(armed);
    const dirty = this.#dirty.get(person);
    if (dirty === undefined) {
      const stored = this.#flushing?.has(person) === true ? before.armed : before.stored;
      const changed = { person, state, packed: undefined, armed, stored, hot: false, used: false };
      this.#dirty.set(person, changed);
      this.#warm(changed);
      return;
    }
    this.#warm(dirty);
    dirty.state = state;
    dirty.packed = undefined;
    dirty.armed = armed;
  }

  /** Makes a dirty person hot; the one who gives way for them is packed. */
  #warm(dirty: Changed): Changed {
    if (dirty.hot) {
      dirty.used = true;
      return dirty;
    }
    dirty.state = decoded(dirty).state;
    dirty.hot = true;
    const cold = this.#hot.admit(dirty);
    if (cold === undefined) return dirty;
    this.#pack(cold);
    cold.state = undefined;
    cold.hot = false;
    return dirty;
  }

  /** I5. Undefined for a person of whom nothing is left. */
  #pack(changed: Changed): Uint8Array | undefined {
    if (changed.packed === undefined && changed.state !== undefined)
      changed.packed = encodeStoredPerson(changed.state, changed.armed);
    return changed.packed;
  }

  #heapHead(heap: Heap<Timer>): Timer | undefined {
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

/** This person with their state decoded. */
function decoded(changed: Changed): Holding {
  if (changed.state !== undefined || changed.packed === undefined) return changed;
  return { ...changed, state: decodeStoredPerson(changed.person, changed.packed).state };
}
