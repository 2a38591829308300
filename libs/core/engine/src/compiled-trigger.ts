import type { Duration } from '@tripline/kernel';
import type { Channel, Trigger } from '@tripline/model';
import type { KeyReader } from './correlation.js';
import type { Expression } from './expression.js';

/** A test of one event: its `where` (true without one) and how its key is read. */
export type EventTest = { readonly name: string; readonly where?: Expression; readonly key: KeyReader };

export type EventPart = EventTest & {
  readonly kind: 'event';
  readonly within?: Duration;
  readonly alias?: string;
};
export type AbsencePart = EventTest & { readonly kind: 'not'; readonly for: Duration };
export type InactivePart = { readonly kind: 'inactive'; readonly name: string; readonly for: Duration; readonly alias?: string };
export type Part = EventPart | AbsencePart | InactivePart;

export type MessagePart = {
  readonly kind: 'message';
  readonly id: string;
  readonly channel: Channel;
  readonly template: string;
  readonly data: readonly { readonly name: string; readonly value: Expression }[];
  readonly expires: Duration;
};
export type WaitPart = {
  readonly kind: 'wait';
  readonly length: Duration;
  readonly until?: EventTest & { readonly of?: string };
};
export type StepPart = MessagePart | WaitPart;

export type ListPart = {
  readonly name: string;
  readonly add: EventTest;
  readonly unique?: Expression;
  readonly minus?: string;
  readonly newest: number;
  readonly keep: Projection;
  /** What is summed over it. */
  readonly values: readonly Expression[];
};

/** The properties of an event that some expression reads: only they are kept. `*` is all of them. */
export type Projection = ReadonlySet<string>;

/** How a trigger concerns an event of one name: looked up once an event. */
export type Roles = {
  readonly opens: boolean;
  /** Positions after the first where such an event is waited for. */
  readonly advances: readonly number[];
  readonly negates: boolean;
  readonly resets: boolean;
  readonly exits: readonly EventTest[];
  readonly lists: readonly ListPart[];
  /** Some wait is over with such an event. */
  readonly wakes: boolean;
};

/** A trigger ready to be run: every expression a function, every event name looked up. */
export type CompiledTrigger = {
  readonly name: string;
  readonly version: number;
  readonly live: boolean;
  readonly trigger: Trigger;
  readonly parts: readonly Part[];
  /** The last part where it is an absence. */
  readonly absence?: AbsencePart;
  readonly inactive?: InactivePart;
  readonly guard?: Expression;
  readonly steps: readonly StepPart[];
  readonly states: readonly Expression[];
  readonly lists: readonly ListPart[];
  readonly keeps: ReadonlyMap<string, Projection>;
  readonly roles: ReadonlyMap<string, Roles>;
  /** Some event ends runs or is negated, joined by the key. */
  readonly settle: Duration;
  readonly accept: Duration;
  readonly grace: Duration;
};

/** The event name that stands for every event in `inactive`. */
export const ANY_EVENT = 'any';
