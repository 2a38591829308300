import { assert, deriveId, type Instant } from '@tripline/kernel';
import type { Action, Event, OfIdentity, PersonKey } from '@tripline/model';
import { advance } from '../advance.js';
import type { Input, Output } from '../input.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import type { Program } from '../compile/program.js';
import { nextTimer, type PendingTimer } from '../timers.js';
import type { TraceEntry } from '../explain/trace.js';

/** Timers and outcomes between two events of one person: what is more goes round in a circle. */
const STEPS_MAX = 100_000;

const NOTHING: readonly Output[] = [];

export type PlayOptions = {
  /** What becomes of an action, and when; by default it is sent at the instant it was decided. Undefined: nothing is ever heard of it. */
  readonly outcome?: (
    action: Action,
  ) => (Pick<Event, 'timestamp' | 'received'> & { readonly status: 'sent' | 'dropped' | 'failed' }) | undefined;
  /** Encode and decode the state after every input: the answer must not depend on it. */
  readonly recode?: boolean;
  /** Told why, with the input that was being applied; the answer does not depend on it. */
  readonly tracer?: (entry: TraceEntry, input: Input) => void;
};

/**
 * One person on a virtual clock, one input at a time; what was asked for comes back as an outcome, so that waits begin.
 * I1. Inputs come in the order of their instants: `step` until `next` is past an event's `received`, then the event.
 */
export class PersonPlay {
  #state: PersonState | undefined;
  /** By `received`. */
  readonly #outcomes: Event[] = [];
  #steps = 0;
  /** Absent where it has to be looked for again. */
  #next: { readonly due: PendingTimer | undefined } | undefined;

  constructor(
    readonly program: Program,
    readonly person: PersonKey,
    private readonly options: PlayOptions = {},
  ) {}

  get state(): PersonState | undefined {
    return this.#state;
  }

  /** Nothing is remembered and nothing is to come. */
  get isBlank(): boolean {
    return this.#state === undefined && this.#outcomes.length === 0;
  }

  /** What comes next without any event; a timer before an outcome of the same instant. */
  get next(): PendingTimer | undefined {
    return (this.#next ??= { due: this.#soonest() }).due;
  }

  #soonest(): PendingTimer | undefined {
    const [outcome] = this.#outcomes;
    const timer = this.#state === undefined ? undefined : nextTimer(this.#state);
    return outcome !== undefined && (timer === undefined || outcome.received < timer.due)
      ? { due: outcome.received, deadline: outcome.timestamp }
      : timer;
  }

  apply(event: Event): readonly Output[] {
    this.#steps = 0;
    return this.#advance({ kind: 'event', event, clock: event.received });
  }

  /** What an identify said, or another id of the person tells. */
  hear(record: OfIdentity, clock: Instant): readonly Output[] {
    return this.#advance({ kind: 'identity', record, clock });
  }

  /** Takes what comes next. */
  step(): readonly Output[] {
    const { next } = this;
    assert(next !== undefined && ++this.#steps <= STEPS_MAX, `a person comes to rest within ${STEPS_MAX} steps`);
    return this.#advance(this.#taken(next.due));
  }

  #taken(clock: Instant): Input {
    const timer = this.#state === undefined ? undefined : nextTimer(this.#state);
    const outcome = timer !== undefined && timer.due <= clock ? undefined : this.#outcomes.shift();
    return outcome === undefined ? { kind: 'timer', due: clock, clock } : { kind: 'event', event: outcome, clock };
  }

  #advance(input: Input): readonly Output[] {
    const { recode, tracer } = this.options;
    const told = tracer === undefined ? undefined : (entry: TraceEntry): void => tracer(entry, input);
    const { state, outputs } = advance(this.program, this.person, this.#state, input, told);
    if (state === this.#state && outputs.length === 0 && input.kind === 'event' && input.event.outcome === undefined)
      return NOTHING;
    this.#state = state === undefined || recode !== true ? state : decodePerson(encodePerson(state));
    this.#next = undefined;
    for (const output of outputs) if (output.kind === 'action') this.#answer(output);
    return outputs;
  }

  #answer(action: Action): void {
    const { outcome = sentAtOnce } = this.options;
    const answer = outcome(action);
    if (answer === undefined) return;
    this.#outcomes.push(outcomeEvent(action, answer.status, answer.timestamp, answer.received));
    this.#outcomes.sort((a, b) => a.received - b.received);
  }
}

const sentAtOnce = (action: Action) => ({ status: 'sent', timestamp: action.decided, received: action.ready }) as const;

/** The event by which a person's task is told what became of an action. */
export const outcomeEvent = (
  action: Action,
  status: NonNullable<Event['outcome']>['status'],
  timestamp: Instant,
  received: Instant,
): Event => ({
  id: deriveId('rcp', action.id, status, ''),
  person: action.person,
  type: 'outcome',
  name: `${action.channel}.${status}`,
  timestamp,
  received,
  properties: {},
  causedBy: { trigger: action.trigger, depth: action.depth },
  outcome: { action: action.id, run: action.run, trigger: action.trigger, step: action.step, status },
});
