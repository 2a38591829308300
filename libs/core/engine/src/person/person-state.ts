import type { Instant, JsonObject } from '@tripline/kernel';
import type { Event, FinalStatus, OutcomeStatus, PersonKey } from '@tripline/model';
import type { Extension, Fact, Span } from '../condition/fact.js';
import type { Identity } from '../identity/identity.js';
import type { HistoryCounted } from '../segment/history-counted.js';
import type { Tally } from '../segment/tally.js';

/** Open and watched runs of one person; one more is not opened, and counted. */
export const RUNS_MAX = 100;
/** Negated and exit events remembered for one person; the one that ends first gives way, counted: `forgotten` says how far. */
export const REMEMBERED_MAX = 100;
/** Times remembered of one negated event and key. */
export const REMEMBERED_TIMES_MAX = 8;
/** Message ids remembered in one generation (there are two); past it the older generation is forgotten early, counted. */
export const MESSAGES_MAX = 250;
/** Dates and schedules of one person; one more is not waited for, counted. */
export const DATES_MAX = 100;
/** Decided windows remembered for late cancels; the oldest gives way. */
export const DECIDED_MAX = 20;
/** What is kept of one event (an alias, an item of a list), in characters of JSON; more is not kept, and counted. */
export const KEPT_LENGTH_MAX = 8_192;
/** What is kept of one list, in characters of JSON; past it the oldest items give way, counted. */
export const LIST_LENGTH_MAX = 65_536;

/**
 * Where a run stands. `matching`: its condition is not complete. `completing`: messages went out and a wait or an `if` comes after them, which
 * is looked at when each has its final outcome. `waiting`: in that wait. `watched`: nothing more comes; its messages are watched until they are gone,
 * its goal until it is reached or over.
 */
export type Phase = 'matching' | 'completing' | 'waiting' | 'watched';

/** Runs of one person kept for their goals alone; the one that would be forgotten first gives way, counted. */
export const GOALS_MAX = 50;

/** One message of a run, as far as its outcomes are known. */
export type SentAction = {
  readonly id: string;
  readonly step: string;
  readonly expires: Instant;
  readonly final?: FinalStatus;
  /** When its final outcome happened; present with `final`. */
  readonly closed?: Instant;
  readonly later: readonly OutcomeStatus[];
  /** A recall was asked for. */
  readonly recalled: boolean;
};

/** An event collected by a `let` list; `unique` is the JSON of what `unique` came to. */
export type Item = { readonly at: Instant; readonly unique?: string; readonly properties: JsonObject };

/** What the wait at that position waits for happened before it began. */
export type Met = { readonly wait: number; readonly at: Instant };

/** One attempt of a trigger for a person and correlation key, from its first event to its end. */
export type Run = {
  readonly trigger: string;
  readonly version: number;
  readonly key: string;
  /** The messageId of the event that opened it, or what names a spell of silence: what its ids derive from. */
  readonly opener: string;
  /** Event time of the event that opened it. */
  readonly opened: Instant;
  /** Event time of its first element as it counts now: restart moves it. */
  readonly start: Instant;
  readonly phase: Phase;
  /** The instruction that comes next; 0 while matching. */
  readonly position: number;
  /** While matching, how far absence is decided; else where the wait began. */
  readonly from: Instant;
  /** The end of that window or wait, exclusive. */
  readonly deadline: Instant;
  /** deadline + settle: when a tick decides it. */
  readonly due: Instant;
  /** The greatest depth of cause among the events that made it. */
  readonly depth: number;
  /** What the condition knows so far; once it is complete, what expressions read of it. */
  readonly facts: readonly Fact[];
  /** The newest repeat while each element of the condition's list was waited for, under `onRepeat: extend`; absent: none. */
  readonly extended?: readonly Extension[];
  readonly lists: { readonly [name: string]: readonly Item[] };
  /** When its condition completed; absent while matching. */
  readonly decided?: Instant;
  /** The absences its condition rests on: what breaks one recalls; present with `decided`. */
  readonly spans?: readonly Span[];
  /** Something of it was sent or is unknown: it counts for `limit`. */
  readonly counted: boolean;
  /** What waits that may come next wait for has already happened. */
  readonly met?: readonly Met[];
  /** Where the last wait ended: no later one begins before it. */
  readonly waited?: Instant;
  readonly actions: readonly SentAction[];
  /** The arm of each split it came to. */
  readonly arms?: { readonly [split: string]: string };
  /** It came to a hold-out: nothing more was written. */
  readonly held?: true;
  /** Where the window of its goal began: its first message, or its hold-out. */
  readonly goalFrom?: Instant;
  /** Its goal was reached. */
  readonly goalOver?: true;
  /** The anonymous id it began under: its ids derive from that and never change. Absent: from the person's own key. */
  readonly origin?: PersonKey;
  /** It came with a handoff before its version was published here, and waits for that: `deadline` and `due` are when it is looked at. */
  readonly awaits?: Awaits;
};

/** How long a publication is awaited, exclusive, and what the run itself waits until. */
export type Awaits = { readonly until: Instant; readonly deadline: Instant; readonly due: Instant };

/** Events kept for looking back, and for a delayed first event that comes after them. A null key holds for every key. */
export type Remembered = {
  readonly trigger: string;
  /** What was asked of them: `Leaf.test`. */
  readonly test: string;
  readonly key: string | null;
  /** Newest first. */
  readonly times: readonly Instant[];
  /** Of each its message id and what expressions read of it, where an element names it. */
  readonly events?: readonly { readonly id: string; readonly kept?: JsonObject }[];
  /** Of `seen`: those that came later than settle, and when. */
  readonly late?: readonly { readonly at: Instant; readonly received: Instant }[];
  /** Older ones were dropped: before the last of `times` nothing is known. */
  readonly cut: boolean;
  /** Forgotten from this instant on. */
  readonly until: Instant;
};

/** Something that was remembered gave way: up to `at`, inclusive, nobody knows of such events. Null: of whatever trigger and test. */
export type Forgotten = {
  readonly trigger: string | null;
  readonly test: string | null;
  readonly at: Instant;
  /** From this instant on nothing that is asked reaches back so far. */
  readonly until: Instant;
};

/**
 * The silence of a person for one trigger. `armed` is the deadline of the pending timer: never later than `last` plus the span, moved only
 * when it comes due; absent once the spell was told for the last time.
 */
export type Quiet = {
  readonly trigger: string;
  readonly last: Instant;
  readonly armed?: Instant;
  readonly due?: Instant;
  /** How often this spell was told; absent: not yet. */
  readonly told?: number;
};

/**
 * What is known of a person and one segment. Everything up to `at`, inclusive, is decided; `armed` is the next instant at which the answer
 * becomes another, if nothing more happens.
 */
export type Membership = {
  readonly segment: string;
  readonly version: number;
  /** Which aggregates: `CompiledSegment.test`. */
  readonly test: string;
  readonly at: Instant;
  /** Absent: unknown. */
  readonly member?: boolean;
  /** By the place of the aggregate in its document. */
  readonly tallies: readonly Tally[];
  /** Traits it reads changed, after `at`; silently where history changed them. */
  readonly traitsFrom?: Instant;
  readonly traitsSilent?: true;
  /** Which events of history were counted; absent where none were. */
  readonly history?: HistoryCounted;
  readonly armed?: Instant;
  readonly due?: Instant;
};
/** What the calendar holds for a person and one trigger. Only where something of it may still come, or was told. */
export type Dated = {
  readonly trigger: string;
  /** The date, or the schedule, it is of. */
  readonly of: string;
  /** The day of what was told last: in days since 1970. */
  readonly told?: number;
  readonly next?: { readonly day: number; readonly at: Instant; readonly due: Instant };
};
/** `asked`: which dates and schedules of which triggers were looked at; with others in force it is looked at anew. */
export type Calendar = { readonly asked: string; readonly dates: readonly Dated[] };

/** A window that was decided, kept to notice what would have prevented it. */
export type Decided = {
  readonly trigger: string;
  readonly key: string;
  readonly from: Instant;
  readonly decided: Instant;
  readonly until: Instant;
};

/** An event, as far as a wait or a goal looks at it. */
export type Happening = Pick<Event, 'name' | 'timestamp' | 'received' | 'properties' | 'outcome'>;

/** Hashes of message ids in two generations: each is known for at least as long as late events are accepted. */
export type Messages = { readonly since: Instant; readonly current: readonly number[]; readonly before: readonly number[] };

/**
 * When the person was set aside, because the engine could not apply what came, and when they were released; absent: they are aside. `asked`: the users
 * that have asked meanwhile whether more is under way.
 */
export type Gap = {
  readonly from: Instant;
  readonly to?: Instant;
  readonly why: string;
  readonly asked?: readonly { readonly user: PersonKey; readonly due: Instant }[];
};

/** Everything a task knows of one person. A value: `advance` answers a new one. */
export type PersonState = {
  readonly traits: JsonObject;
  /** Counts the changes of traits, from 0: none yet. */
  readonly revision: number;
  /** Event time of the newest change of traits. */
  readonly traitsAt: Instant;
  readonly messages: Messages;
  readonly runs: readonly Run[];
  readonly remembered: readonly Remembered[];
  readonly quiet: readonly Quiet[];
  readonly decided: readonly Decided[];
  /** When counted runs were decided, by trigger name, oldest first, for `limit`. */
  readonly counted: { readonly [trigger: string]: readonly Instant[] };
  /** Those that are not as those of whoever has no event. */
  readonly segments: readonly Membership[];
  readonly calendar?: Calendar;
  /** What waits for a tick that is due, in the order it came; absent, as nearly always, where nothing does. */
  readonly ahead?: readonly Event[] | undefined;
  /** What connects this id with the person's others; absent where it has none. */
  readonly identity?: Identity;
  /** How far memory forgot; absent, as nearly always, where nothing gave way. */
  readonly forgotten?: readonly Forgotten[] | undefined;
  /** What happened that a wait or a goal looks for, for runs that come from another id; absent where nothing did. */
  readonly happened?: readonly Happening[] | undefined;
  /** Absent, as nearly always, for who was never set aside. */
  readonly gap?: Gap;
};

const NEVER = 0 as Instant;
export const EMPTY_PERSON: PersonState = {
  traits: {},
  revision: 0,
  traitsAt: NEVER,
  messages: { since: NEVER, current: [], before: [] },
  runs: [],
  remembered: [],
  quiet: [],
  decided: [],
  counted: {},
  segments: [],
};
