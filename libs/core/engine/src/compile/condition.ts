import type { Duration, Json } from '@tripline/kernel';
import type { KeyReader } from '../condition/correlation.js';
import type { Expression } from '../expression/expression.js';

/** A test of the event beside its name and `where`: a pattern of what people see, a change of a trait or of a segment, or something the person did. */
export type Extra =
  | { readonly kind: 'pattern'; readonly property: string; readonly parts: readonly string[] }
  | { readonly kind: 'change'; readonly trait: string; readonly from?: Json | undefined; readonly to?: Json | undefined }
  | { readonly kind: 'membership'; readonly segment: string; readonly member: boolean }
  | { readonly kind: 'activity' };

/** One place in a condition where events are looked at. */
export type Leaf = {
  /** Its place among the leaves: facts name it. */
  readonly index: number;
  /** What it asks, in a few characters: the same in every version that asks the same. Memory names it. */
  readonly test: string;
  readonly names: readonly string[];
  readonly where?: Expression;
  readonly extra?: Extra;
  readonly key: KeyReader;
  readonly alias?: string;
  /** `event` opens or moves on, `not` ends, the others are looked up in memory. */
  readonly role: 'event' | 'not' | 'seen' | 'notSeen';
  /** The condition ends with its absence. */
  readonly ends: boolean;
  /** How far back from a moment memory must know of it; absent where nothing is remembered. */
  readonly memory?: Duration;
};

/** `order.completed`, `no order.completed`, `/pricing* or …`: a leaf as people are told of it. */
export const leafName = ({ role, names }: Leaf): string =>
  role === 'event' || role === 'seen' ? names.join(' or ') : `no ${names.join(' or ')}`;

export type EventNode = { readonly kind: 'event'; readonly leaf: Leaf; readonly within?: Duration };
/** `count` of them within a sliding span. `first`: it begins the condition. */
export type TimesNode = {
  readonly kind: 'times';
  readonly leaf: Leaf;
  readonly count: number;
  readonly within?: Duration;
  readonly first: boolean;
};
/** None in `[t, t + for)`; with `strict` in `(t, t + for)`: silence after an event. `spell`: only of an attempt that a silence began. */
export type AbsenceNode = {
  readonly kind: 'absence';
  readonly leaf: Leaf;
  readonly for: Duration;
  readonly strict: boolean;
  readonly spell?: true;
};
/** So long without one, counted from the item before and anew from each that comes. */
export type SilenceNode = { readonly kind: 'silence'; readonly leaf: Leaf; readonly for: Duration };
/** One, or none, in `(t − within, t]`. */
export type LookNode = { readonly kind: 'look'; readonly leaf: Leaf; readonly within: Duration };
/** What may not happen between the item before and this one stands in `without`. */
export type Item = { readonly node: Node; readonly without: readonly Leaf[] };
export type SequenceNode = { readonly kind: 'sequence'; readonly items: readonly Item[]; readonly within?: Duration };
export type GroupNode = { readonly kind: 'all' | 'any'; readonly nodes: readonly Node[]; readonly within?: Duration };
export type Node = EventNode | TimesNode | AbsenceNode | SilenceNode | LookNode | SequenceNode | GroupNode;

/** A condition ready to be judged. */
export type Condition = {
  readonly root: SequenceNode;
  readonly leaves: readonly Leaf[];
  /** Facts kept of each leaf that the condition does not use yet, by index: as many as `times` asks for, else a few. */
  readonly limits: readonly number[];
  /** What begins an attempt: an event of one of these leaves, silence, or the calendar. */
  readonly opens: readonly Leaf[];
  /**
   * `one`: the first element is one event, which `onRepeat` is about. `several`: it takes more than one, and slides on to a later one when
   * its window is over. `silence`: no event begins it, but silence or the calendar.
   */
  readonly first: 'one' | 'several' | 'silence';
  /** The leaves an attempt finds events of that are there when it begins. */
  readonly recalled: readonly Leaf[];
};
