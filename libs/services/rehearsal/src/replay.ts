import { PersonPlay, type Output, type PlayOptions, type Program, type Tell } from '@tripline/engine';
import { AssertionError, Heap, later, type Instant } from '@tripline/kernel';
import { linksOf, type Action, type Event, type OfIdentity, type PersonKey } from '@tripline/model';
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

  #apply(event: Event): void {
    this.#with(event.person, (play) => play.apply(event));
  }

  #tell(record: OfIdentity): void {
    this.#with(record.person, (play) => play.hear(record, this.#clock));
  }

  #with(person: PersonKey, input: (play: PersonPlay) => readonly Output[]): void {
    if (this.#setAside.has(person)) return;
    const play = this.#plays.get(person) ?? this.#newPlay(person);
    this.#take(play, () => input(play));
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
    let outputs: readonly Output[];
    try {
      outputs = input();
    } catch (error) {
      if (!(error instanceof AssertionError)) throw error;
      return this.#putAside(play, error.message);
    }
    for (const output of outputs) if (output.kind === 'action') this.ear.onAction(output);
    if (play.isBlank) this.#plays.delete(play.person);
    else this.#plays.set(play.person, play);
    this.#wait(play);
    for (const output of outputs) if (output.kind === 'tell') this.#pass(output.input);
  }

  #pass(input: Tell['input']): void {
    if (input.kind === 'event') this.#apply(input);
    else this.#tell(input);
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
