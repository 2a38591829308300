import type { Duration, Instant } from '@tripline/kernel';
import type { Channel, Trigger } from '@tripline/model';
import type { CalendarPart } from './calendar-part.js';
import type { Condition, Leaf } from './condition.js';
import type { KeyReader } from '../condition/correlation.js';
import type { Expression } from '../expression/expression.js';
import type { Zone } from '../calendar/zones.js';

/** A test of one event: its `where` (true without one) and how its key is read; `test` is what it asks, in a few characters, `reads` what both read. */
export type EventTest = {
  readonly name: string;
  readonly test: string;
  readonly where?: Expression;
  readonly key: KeyReader;
  readonly reads: Projection;
};

/** Silence as the first element: an event after which there is none. */
export type Silence = {
  readonly leaf: Leaf;
  readonly for: Duration;
  /** The condition may begin with something else: a spell is then a first event among others. */
  readonly among: boolean;
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
  /** It goes with the page. */
  readonly bound?: true;
};
/** A message that goes with the page. */
export const isBoundStep = (step: Instruction): step is MessagePart => step.kind === 'message' && step.bound === true;
/** Waits for a span, then, with `at`, for the first such time of day. */
export type PausePart = {
  readonly kind: 'pause';
  readonly length: Duration;
  /** From when the span counts, where not from the step before: an alias' event, or the completion of a message. */
  readonly since?: { readonly leaf: number } | { readonly step: string };
  readonly at?: TimeOfDay;
};
/** `user`: the person's trait `timezone`; absent: the program's own zone. */
export type TimeOfDay = { readonly minute: number; readonly zone?: Zone | 'user' };
/** Waits for an event, no longer than `length`. */
export type AwaitPart = {
  readonly kind: 'await';
  readonly length: Duration;
  readonly until: EventTest & { readonly of?: string };
};
/** True goes on with the next instruction. */
export type BranchPart = {
  readonly kind: 'branch';
  readonly test: Expression;
  /** Where false goes on. */
  readonly otherwise: number;
  /** Where unknown goes on: after both. */
  readonly after: number;
};
export type JumpPart = { readonly kind: 'jump'; readonly to: number };
export type ArmPart = {
  readonly name: string;
  /** The arm takes the hashes below this that the arms before it do not. */
  readonly below: number;
  readonly to: number;
  readonly holdout: boolean;
};
export type SplitPart = { readonly kind: 'split'; readonly id: string; readonly arms: readonly ArmPart[] };
/** One instruction of the flat list the steps come to; `run.position` is an index into it, and only ever grows. */
export type Instruction = MessagePart | PausePart | AwaitPart | BranchPart | JumpPart | SplitPart;
/** What a run stops at until its messages so far have their final outcomes. */
export type StopPart = PausePart | AwaitPart | BranchPart;

export type GoalPart = EventTest & {
  readonly within: Duration;
  readonly value?: Expression;
  /** Its event is an outcome, or it reads what became of messages: they are kept while it is watched for. */
  readonly keepsActions: boolean;
  readonly keepsAliases: boolean;
};

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

/** A segment in a trigger, and where it stands first. */
export type SegmentNamed = { readonly name: string; readonly path: string };

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
  /** Exits that remember it: those that no leaf remembers alike. */
  readonly remembersExits: readonly EventTest[];
  readonly lists: readonly ListPart[];
  /** Some wait is over with such an event. */
  readonly wakes: boolean;
  /** The page is gone with it, and some message is bound to that. */
  readonly turns: boolean;
  /** It changes what the calendar is asked. */
  readonly dated: boolean;
  /** It is what the trigger is for. */
  readonly reaches: boolean;
};

/** A trigger ready to be run: every expression a function, every event name looked up. */
export type CompiledTrigger = {
  readonly name: string;
  readonly version: number;
  readonly live: boolean;
  /** It begins nothing for now; what it remembers, and what is open of it, goes on. */
  readonly paused: boolean;
  /** From when on it sees events. */
  readonly since: Instant;
  /** From when on it knows of events, by itself or by history: looking back further is unknown. */
  readonly known: Instant;
  readonly trigger: Trigger;
  readonly condition: Condition;
  readonly silence?: Silence;
  readonly calendar?: CalendarPart;
  readonly guard?: Expression;
  readonly exits: readonly EventTest[];
  /** How long a run can take: exit events are remembered for it. */
  readonly life: Duration;
  readonly steps: readonly Instruction[];
  readonly goal?: GoalPart;
  readonly states: readonly Expression[];
  readonly lists: readonly ListPart[];
  readonly keeps: ReadonlyMap<string, Projection>;
  readonly roles: ReadonlyMap<string, Roles>;
  /** The segments it names, for who wants to know whether they exist. */
  readonly segments: readonly SegmentNamed[];
  readonly settle: Duration;
  readonly accept: Duration;
  readonly grace: Duration;
};

/** The name under which changes of traits are looked up. */
export const TRAITS_CHANGED = '$traits';
/** The name under which the entering or leaving of a segment is looked up; an event of that name from outside is none. */
export const membershipEvent = (segment: string, member: boolean): string => `$${member ? 'enters' : 'leaves'} ${segment}`;
/** The event name that stands for every event in `inactive`. */
export const ANY_EVENT = 'any';
