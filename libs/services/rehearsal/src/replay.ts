import type { Program } from '@tripline/engine';
import { AssertionError, Heap, later, type Instant } from '@tripline/kernel';
import { linksOf, type Action, type Event, type OfIdentity, type PersonKey } from '@tripline/model';
import { compareDues, type Due } from './due.js';
import { PersonPlay, type Came } from './person-play.js';

/** What a replay tells while it goes. */
export type ReplayEar = {
  /** In the order of the clock. */
  onAction(action: Action): void;
  /** The engine could not go on with this person: nothing more is said of them. */
  onSetAside(person: PersonKey, why: string): void;
};

type Waiting = Due & { readonly play: PersonPlay };

/**
 * Any number of persons on one virtual clock: it moves to each event's `received` before that is applied, and on the way decides what is due
 * of everybody, in the order in which a task would. What one id of a person tells another arrives at once.
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
    this.#apply(event);
    for (const link of linksOf(event)) this.#tell(link);
  }

  /** Decides everything that is due up to `until`, that instant included. */
  moveTo(until: Instant): void {
    for (let first = this.#heap.peek(); first !== undefined && first.at <= until; first = this.#heap.peek()) {
      this.#heap.pop();
      if (this.#counting.get(first.play) === first) this.#onDue(first);
    }
    this.#clock = later(this.#clock, until);
  }

  #apply(event: Event): void {
    this.#with(event.person, (play) => play.apply(event));
  }

  #tell(record: OfIdentity): void {
    this.#with(record.person, (play) => play.hear(record, this.#clock));
  }

  #with(person: PersonKey, input: (play: PersonPlay) => Came): void {
    if (this.#setAside.has(person)) return;
    const play = this.#plays.get(person) ?? new PersonPlay(this.program, person);
    this.#take(play, () => input(play));
  }

  #onDue(due: Waiting): void {
    this.#counting.delete(due.play);
    const { next } = due.play;
    if (next === undefined || compareDues(next, due) > 0) return this.#wait(due.play);
    this.#take(due.play, () => due.play.step());
  }

  #take(play: PersonPlay, input: () => Came): void {
    let came: Came;
    try {
      came = input();
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return this.#putAside(play, error.message);
    }
    for (const action of came.actions) this.ear.onAction(action);
    if (play.isBlank) this.#plays.delete(play.person);
    else this.#plays.set(play.person, play);
    this.#wait(play);
    for (const input of came.tells) {
      if (input.kind === 'event') this.#apply(input);
      else this.#tell(input);
    }
  }

  #wait(play: PersonPlay): void {
    const { next } = play;
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
