import type { Duration, Instant } from '@tripline/kernel';
import type { Channel, Trigger } from '@tripline/model';
import type { Condition, Leaf } from './condition.js';
import type { KeyReader } from './correlation.js';
import type { Expression } from './expression.js';

/** A test of one event: its `where` (true without one) and how its key is read; `test` is what it asks, in a few characters. */
export type EventTest = { readonly name: string; readonly test: string; readonly where?: Expression; readonly key: KeyReader };

/** Silence as the first element: an event after which there is none. */
export type Silence = {
  readonly leaf: Leaf;
  readonly for: Duration;
  readonly alias?: string;
  /** Told again after so long, so many times in all. */
  readonly again?: { readonly every: Duration; readonly atMost: number };
};

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
  /** Leaves that an attempt begins with. */
  readonly opens: readonly Leaf[];
  /** Leaves that keep it as a fact, those of `opens` included. */
  readonly leaves: readonly Leaf[];
  /** Leaves that remember it. */
  readonly remembers: readonly Leaf[];
  /** Leaves whose absence it ends. */
  readonly negates: readonly Leaf[];
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
  /** From when on it has seen events: looking back further is unknown. */
  readonly since: Instant;
  readonly trigger: Trigger;
  readonly condition: Condition;
  readonly silence?: Silence;
  readonly guard?: Expression;
  readonly steps: readonly StepPart[];
  readonly exits: readonly EventTest[];
  readonly states: readonly Expression[];
  readonly lists: readonly ListPart[];
  readonly keeps: ReadonlyMap<string, Projection>;
  readonly roles: ReadonlyMap<string, Roles>;
  readonly settle: Duration;
  readonly accept: Duration;
  readonly grace: Duration;
};

/** The name under which changes of traits are looked up. */
export const TRAITS_CHANGED = '$traits';
/** The event name that stands for every event in `inactive`. */
export const ANY_EVENT = 'any';
