import {
  accept,
  assert,
  days,
  deriveId,
  later,
  plus,
  refuse,
  type Duration,
  type JsonObject,
  type Parsed,
  type Instant,
  type Json,
} from '@tripline/kernel';
import { parseSegment, parseTrigger, type Action, type Event, type Example, type PersonKey, type Recall } from '@tripline/model';
import { advance } from './advance.js';
import type { Definition } from './definitions.js';
import type { GoalReached, Notice, Output } from './input.js';
import { decodePerson, encodePerson } from './person-codec.js';
import type { PersonState } from './person-state.js';
import { makeProgram, type Program } from './program.js';
import { nextTimer } from './timers.js';

/** What came of a list of events: each output in the order it was put out. */
export type Played = {
  readonly state: PersonState | undefined;
  readonly actions: readonly Action[];
  readonly recalls: readonly Recall[];
  readonly goals: readonly GoalReached[];
  readonly notices: readonly Notice[];
};

export type PlayOptions = {
  /** What becomes of an action, and when; by default it is sent at the instant it was decided. Undefined: nothing is ever heard of it. */
  readonly outcome?: (
    action: Action,
  ) => (Pick<Event, 'timestamp' | 'received'> & { readonly status: 'sent' | 'dropped' | 'failed' }) | undefined;
  /** When the play ends; by default with the last timer, or a year after the last event where something comes round for ever. */
  readonly until?: Instant;
  /** Encode and decode the state after every input: the answer must not depend on it. */
  readonly recode?: boolean;
};

/** The last instant of the virtual clock, after everything that waits for a time. */
const END = 8_640_000_000_000_000 as Instant;
/** How long a play goes on after its last event, where something comes round for ever. */
export const ENDLESS_PLAY: Duration = days(366);
/** Inputs one play may take, outcomes and timers included. */
const INPUTS_MAX = 100_000;

/**
 * Plays events of one person on a virtual clock: it moves to each record's `received` before that is applied, and to the end of time
 * after the last. Events are applied in the order given. Sent messages come back as outcomes, so that waits begin.
 */
export function playEvents(program: Program, person: PersonKey, events: readonly Event[], options: PlayOptions = {}): Played {
  const player = new Player(program, person, options);
  for (const event of events) player.event(event);
  player.finish();
  const of = <K extends Output['kind']>(kind: K) =>
    player.outputs.filter((o): o is Extract<Output, { kind: K }> => o.kind === kind);
  return { state: player.state, actions: of('action'), recalls: of('recall'), goals: of('goal'), notices: of('notice') };
}

class Player {
  state: PersonState | undefined;
  readonly outputs: Output[] = [];
  #clock = 0 as Instant;
  #inputs = 0;
  #outcomes: Event[] = [];

  constructor(
    readonly program: Program,
    readonly person: PersonKey,
    readonly options: PlayOptions,
  ) {}

  event(event: Event): void {
    this.#moveTo(event.received);
    this.#apply({ kind: 'event', event, clock: this.#clock });
  }

  finish(): void {
    const end = this.program.isEndless ? plus(this.#clock, ENDLESS_PLAY) : END;
    this.#moveTo(later(this.#clock, this.options.until ?? end));
  }

  /** Timers and outcomes up to `until`, in the order of their instants; a timer before an outcome of the same instant. */
  #moveTo(until: Instant): void {
    for (;;) {
      const timer = this.state === undefined ? undefined : nextTimer(this.state);
      const outcome = this.#outcomes[0];
      if (outcome !== undefined && outcome.received <= until && (timer === undefined || outcome.received < timer.due)) {
        this.#outcomes.shift();
        this.#clock = outcome.received;
        this.#apply({ kind: 'event', event: outcome, clock: this.#clock });
      } else if (timer !== undefined && timer.due <= until) {
        this.#clock = timer.due;
        this.#apply({ kind: 'timer', due: timer.due, clock: this.#clock });
      } else break;
    }
    this.#clock = until;
  }

  #apply(input: Parameters<typeof advance>[3]): void {
    assert(++this.#inputs <= INPUTS_MAX, `a play ends within ${INPUTS_MAX} inputs`);
    const { state, outputs } = advance(this.program, this.person, this.state, input);
    this.state = state === undefined || this.options.recode !== true ? state : decodePerson(encodePerson(state));
    this.outputs.push(...outputs);
    for (const output of outputs) if (output.kind === 'action') this.#answer(output);
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

/** One example of a trigger played: what it expected and what came, as `{ at, step }` from the example's beginning, in order. */
export type ExampleResult = {
  readonly name: string;
  readonly ok: boolean;
  readonly expected: readonly Json[];
  readonly actual: readonly Json[];
};

const EXAMPLE_START = 1_767_225_600_000 as Instant;

/**
 * Plays each of a trigger document's own examples; its problems where it does not parse or compile. Times are those of the decision:
 * `settle` comes on top in real time. `segments` are the documents of those it names, in force from the beginning; others are unknown.
 */
export function playExamples(document: JsonObject, segments: readonly JsonObject[] = []): Parsed<readonly ExampleResult[]> {
  const parsed = parseTrigger(document);
  if (!parsed.ok) return parsed;
  const { name, examples } = parsed.value;
  const program = makeProgram([{ name, version: 1, revision: 1, document, state: 'live' }, ...segments.flatMap(inForce)]);
  return program.problems.length > 0
    ? refuse(...program.problems)
    : accept(examples.map((example) => playExample(program, example)));
}

/** A segment as it is published; one that does not parse is for its own reader to refuse. */
function inForce(document: JsonObject): Definition[] {
  const parsed = parseSegment(document);
  return parsed.ok ? [{ kind: 'segment', name: parsed.value.name, version: 1, revision: 1, document, state: 'live' }] : [];
}

function playExample(program: Program, example: Example): ExampleResult {
  const events = example.events.map((event, i) => exampleEvent(event, i)).sort((a, b) => a.received - b.received);
  const until = example.until === undefined ? {} : { until: plus(EXAMPLE_START, example.until) };
  const { actions } = playEvents(program, 'u:example', events, until);
  const actual = actions.map((action) => ({ at: action.decided - EXAMPLE_START, step: action.step }));
  const expected = example.expect.map(({ at, step }) => ({ at, step }));
  return { name: example.name, ok: JSON.stringify(actual) === JSON.stringify(expected), expected, actual };
}

function exampleEvent({ at, event, received, properties, traits }: Example['events'][number], i: number): Event {
  const type = event === '$identify' ? 'identify' : 'track';
  return {
    id: `example-${i}`,
    person: 'u:example',
    type,
    name: event,
    timestamp: plus(EXAMPLE_START, at),
    received: plus(EXAMPLE_START, received ?? at),
    properties: properties ?? {},
    ...(traits === undefined ? {} : { traits }),
  };
}
