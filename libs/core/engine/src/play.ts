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
import { parseSegment, parseTrigger, type Action, type Event, type Example, type PersonKey, type Recall } from '@tripline/model';
import type { Definition } from './definitions.js';
import type { GoalReached, Notice, Output } from './input.js';
import { PersonPlay, type PlayOptions } from './person-play.js';
import type { PersonState } from './person-state.js';
import { makeProgram, type Program } from './program.js';

/** What came of a list of events: each output in the order it was put out. */
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
 * Plays events of one person on a virtual clock: it moves to each record's `received` before that is applied, and to the end of time
 * after the last. Events are applied in the order given.
 */
export function playEvents(program: Program, person: PersonKey, events: readonly Event[], options: PlayUntil = {}): Played {
  const play = new PersonPlay(program, person, options);
  const outputs: Output[] = [];
  for (const event of events) outputs.push(...stepsUntil(play, event.received), ...play.apply(event));
  const last = events.at(-1)?.received ?? (0 as Instant);
  const end = options.until ?? (program.isEndless ? plus(last, ENDLESS_PLAY) : END);
  outputs.push(...stepsUntil(play, later(last, end)));
  const of = <K extends Output['kind']>(kind: K) => outputs.filter((o): o is Extract<Output, { kind: K }> => o.kind === kind);
  return { state: play.state, actions: of('action'), recalls: of('recall'), goals: of('goal'), notices: of('notice') };
}

/** What comes of timers and outcomes up to `until`, that instant included. */
function stepsUntil(play: PersonPlay, until: Instant): Output[] {
  const outputs: Output[] = [];
  while (play.next !== undefined && play.next.due <= until) outputs.push(...play.step());
  return outputs;
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
