import {
  accept,
  days,
  later,
  plus,
  refuse,
  type Duration,
  type JsonObject,
  type Parsed,
  type Instant,
  type Json,
} from '@tripline/kernel';
import {
  isAnonymous,
  linksOf,
  parseSegment,
  parseTrigger,
  type Action,
  type Event,
  type Example,
  type PersonKey,
  type Recall,
  type TaskInput,
} from '@tripline/model';
import type { Definition } from '../compile/definitions.js';
import type { GoalReached, Notice, Output } from '../input.js';
import { PersonPlay, type PlayOptions } from './person-play.js';
import type { PersonState } from '../person/person-state.js';
import { makeProgram, type Program, type ProgramOptions } from '../compile/program.js';

/** What came of a list of events: each output in the order it was put out; `state` is the person's, what was known under anonymous ids apart. */
export type Played = {
  readonly state: PersonState | undefined;
  readonly actions: readonly Action[];
  readonly recalls: readonly Recall[];
  readonly goals: readonly GoalReached[];
  readonly notices: readonly Notice[];
};

/** `until`: when the play ends; by default with the last timer, or a year after the last event where something comes round for ever. */
export type PlayUntil = PlayOptions & { readonly until?: Instant };

/** The last instant of the virtual clock, after everything that waits for a time. */
const END = 8_640_000_000_000_000 as Instant;
/** How long a play goes on after its last event, where something comes round for ever. */
export const ENDLESS_PLAY: Duration = days(366);
/**
 * Plays events of one person, and of the anonymous ids that are theirs, on a virtual clock: it moves to each record's `received` before that is applied, and to the end of time
 * after the last. Events are applied in the order given. What one id tells another arrives at once.
 */
export function playEvents(program: Program, person: PersonKey, events: readonly Event[], options: PlayUntil = {}): Played {
  const player = new Player(program, options);
  for (const event of events) player.receive({ ...event, person: isAnonymous(event.person) ? event.person : person });
  const last = events.at(-1)?.received ?? (0 as Instant);
  const end = options.until ?? (program.isEndless ? plus(last, ENDLESS_PLAY) : END);
  player.moveTo(later(last, end));
  const { outputs } = player;
  const of = <K extends Output['kind']>(kind: K) => outputs.filter((o): o is Extract<Output, { kind: K }> => o.kind === kind);
  return {
    state: player.stateOf(person),
    actions: of('action'),
    recalls: of('recall'),
    goals: of('goal'),
    notices: of('notice'),
  };
}

/** The ids of one person, each as its task would have it. */
class Player {
  readonly outputs: Output[] = [];
  #clock = 0 as Instant;
  readonly #plays = new Map<PersonKey, PersonPlay>();

  constructor(
    readonly program: Program,
    readonly options: PlayOptions,
  ) {}

  receive(event: Event): void {
    this.moveTo(event.received);
    this.#take(this.#of(event.person).apply(event));
    for (const link of linksOf(event)) this.#tell(link);
  }

  /** What comes of timers and outcomes up to `until`, that instant included. */
  moveTo(until: Instant): void {
    for (let first = this.#soonest(); first?.next !== undefined && first.next.due <= until; first = this.#soonest()) {
      this.#clock = first.next.due;
      this.#take(first.step());
    }
    this.#clock = until;
  }

  stateOf(person: PersonKey): PersonState | undefined {
    return this.#plays.get(person)?.state;
  }

  #of(person: PersonKey): PersonPlay {
    const play = this.#plays.get(person) ?? new PersonPlay(this.program, person, this.options);
    this.#plays.set(person, play);
    return play;
  }

  #soonest(): PersonPlay | undefined {
    const due = ({ next }: PersonPlay): number => next?.due ?? Number.POSITIVE_INFINITY;
    return [...this.#plays.values()].reduce<PersonPlay | undefined>(
      (a, b) => (a === undefined || due(b) < due(a) ? b : a),
      undefined,
    );
  }

  #take(outputs: readonly Output[]): void {
    this.outputs.push(...outputs);
    for (const output of outputs) if (output.kind === 'tell') this.#tell(output.input);
  }

  #tell(input: Exclude<TaskInput, { readonly kind: 'tick' | 'control' | 'release' }>): void {
    const play = this.#of(input.person);
    this.#take(input.kind === 'event' ? play.apply(input) : play.hear(input, this.#clock));
  }
}

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
export function playExamples(
  document: JsonObject,
  segments: readonly JsonObject[] = [],
  options: ProgramOptions = {},
): Parsed<readonly ExampleResult[]> {
  const parsed = parseTrigger(document);
  if (!parsed.ok) return parsed;
  const { name, examples } = parsed.value;
  const definition: Definition = { name, version: 1, revision: 1, document, state: 'live' };
  const program = makeProgram([definition, ...segments.flatMap(inForce)], options);
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

/** With an `anonymousId` it is somebody unknown's, but for an `$identify`, which says that this is the person of the example. */
function exampleEvent({ at, event, received, anonymousId, properties, traits }: Example['events'][number], i: number): Event {
  const type = event === '$identify' ? 'identify' : 'track';
  const isOne = type === 'identify' || anonymousId === undefined;
  return {
    id: `example-${i}`,
    person: isOne ? 'u:example' : `a:${anonymousId}`,
    ...(isOne && anonymousId !== undefined ? { anonymousId } : {}),
    type,
    name: event,
    timestamp: plus(EXAMPLE_START, at),
    received: plus(EXAMPLE_START, received ?? at),
    properties: properties ?? {},
    ...(traits === undefined ? {} : { traits }),
  };
}
