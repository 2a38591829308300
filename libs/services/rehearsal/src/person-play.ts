import { advance, nextTimer, outcomeEvent, type Input, type PersonState, type Program } from '@tripline/engine';
import { assert, type Instant } from '@tripline/kernel';
import type { Action, Event, PersonKey } from '@tripline/model';
import type { Due } from './due.js';

/** Timers and outcomes between two events of one person: what is more goes round in a circle. */
const STEPS_MAX = 100_000;

const NONE: readonly Action[] = [];

/**
 * One person on a virtual clock, one input at a time; what was asked for is sent at the instant it was decided.
 * I1. Inputs come in the order of their instants: `step` until `next` is past an event's `received`, then the event.
 */
export class PersonPlay {
  #state: PersonState | undefined;
  /** By `received`. */
  readonly #outcomes: Event[] = [];
  #steps = 0;
  /** Absent where it has to be looked for again. */
  #next: { readonly due: Due | undefined } | undefined;

  constructor(
    readonly program: Program,
    readonly person: PersonKey,
  ) {}

  /** Nothing is remembered and nothing is to come. */
  get isBlank(): boolean {
    return this.#state === undefined && this.#outcomes.length === 0;
  }

  /** What comes next without any event; a timer before an outcome of the same instant. */
  get next(): Due | undefined {
    return (this.#next ??= { due: this.#soonest() }).due;
  }

  #soonest(): Due | undefined {
    const [outcome] = this.#outcomes;
    const timer = this.#state === undefined ? undefined : nextTimer(this.#state);
    if (outcome !== undefined && (timer === undefined || outcome.received < timer.due))
      return { at: outcome.received, deadline: outcome.timestamp, person: this.person };
    return timer === undefined ? undefined : { at: timer.due, deadline: timer.deadline, person: this.person };
  }

  apply(event: Event): readonly Action[] {
    this.#steps = 0;
    return this.#advance({ kind: 'event', event, clock: event.received });
  }

  /** Takes what comes next. */
  step(): readonly Action[] {
    const { next } = this;
    assert(next !== undefined && ++this.#steps <= STEPS_MAX, `a person comes to rest within ${STEPS_MAX} steps`);
    return this.#advance(this.#taken(next.at));
  }

  #taken(clock: Instant): Input {
    const timer = this.#state === undefined ? undefined : nextTimer(this.#state);
    const outcome = timer !== undefined && timer.due <= clock ? undefined : this.#outcomes.shift();
    return outcome === undefined ? { kind: 'timer', due: clock, clock } : { kind: 'event', event: outcome, clock };
  }

  #advance(input: Input): readonly Action[] {
    const { state, outputs } = advance(this.program, this.person, this.#state, input);
    if (state === this.#state && outputs.length === 0 && input.kind === 'event' && input.event.outcome === undefined) return NONE;
    this.#state = state;
    this.#next = undefined;
    const actions = outputs.filter((output): output is Action => output.kind === 'action');
    for (const action of actions) this.#outcomes.push(outcomeEvent(action, 'sent', action.decided, action.ready));
    if (actions.length > 0) this.#outcomes.sort((a, b) => a.received - b.received);
    return actions;
  }
}
