import { PersonPlay, type Output, type PlayOptions, type Program } from '@tripline/engine';
import { AssertionError, Heap, later, type Instant } from '@tripline/kernel';
import type { Action, Event, PersonKey } from '@tripline/model';
import { compareDues, type Due } from './due.js';

/** What a replay tells while it goes. */
export type ReplayEar = {
  /** In the order of the clock. */
  onAction(action: Action): void;
  /** Why, as it is decided; only looked at where somebody listens. */
  readonly onTrace?: (person: PersonKey, ...told: Parameters<NonNullable<PlayOptions['tracer']>>) => void;
  /** The engine could not go on with this person: nothing more is said of them. */
  onSetAside(person: PersonKey, why: string): void;
};

type Waiting = Due & { readonly play: PersonPlay };

/**
 * Any number of persons on one virtual clock: it moves to each event's `received` before that is applied, and on the way decides what is due
 * of everybody, in the order in which a task would.
 * I1. A person who waits has exactly one entry in the heap that counts, never later than what comes next to them. It moves lazily.
 */
export class Replay {
  #clock = 0 as Instant;
  readonly #plays = new Map<PersonKey, PersonPlay>();
  readonly #heap = new Heap<Waiting>(compareDues);
  readonly #counting = new Map<PersonPlay, Waiting>();
  readonly #setAside = new Set<PersonKey>();

  constructor(
    private readonly program: Program,
    private readonly ear: ReplayEar,
  ) {}

  /** How many persons it remembers something of. */
  get persons(): number {
    return this.#plays.size;
  }

  /** Applies an event; events come in the order of `received`. */
  receive(event: Event): void {
    this.moveTo(event.received);
    const { person } = event;
    if (this.#setAside.has(person)) return;
    const play = this.#plays.get(person) ?? this.#newPlay(person);
    this.#take(play, () => play.apply(event));
  }

  #newPlay(person: PersonKey): PersonPlay {
    const { onTrace } = this.ear;
    const options = onTrace === undefined ? {} : { tracer: onTrace.bind(this.ear, person) };
    return new PersonPlay(this.program, person, options);
  }

  /** Decides everything that is due up to `until`, that instant included. */
  moveTo(until: Instant): void {
    for (let first = this.#heap.peek(); first !== undefined && first.at <= until; first = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#counting.get(first.play) === first) this.#onDue(first);
    }
    this.#clock = later(this.#clock, until);
  }

  #onDue(due: Waiting): void {
    this.#counting.delete(due.play);
    const next = dueOf(due.play);
    if (next === undefined || compareDues(next, due) > 0) return this.#wait(due.play);
    this.#take(due.play, () => due.play.step());
  }

  #take(play: PersonPlay, input: () => readonly Output[]): void {
    try {
      for (const output of input()) if (output.kind === 'action') this.ear.onAction(output);
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return this.#putAside(play, error.message);
    }
    if (play.isBlank) this.#plays.delete(play.person);
    else this.#plays.set(play.person, play);
    this.#wait(play);
  }

  #wait(play: PersonPlay): void {
    const next = dueOf(play);
    const counting = this.#counting.get(play);
    if (next === undefined || (counting !== undefined && compareDues(counting, next) <= 0)) return;
    const waiting = { ...next, play };
    this.#counting.set(play, waiting);
    this.#heap.push(waiting);
  }

  #putAside(play: PersonPlay, why: string): void {
    this.#plays.delete(play.person);
    this.#counting.delete(play);
    this.#setAside.add(play.person);
    this.ear.onSetAside(play.person, why);
  }
}

function dueOf({ next, person }: PersonPlay): Due | undefined {
  return next === undefined ? undefined : { at: next.due, deadline: next.deadline, person };
}
