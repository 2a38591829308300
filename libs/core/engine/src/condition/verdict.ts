import type { Duration, Instant } from '@tripline/kernel';
import type { Leaf } from '../compile/condition.js';
import type { Extension, Fact, Mark, Span } from './fact.js';

/**
 * What is known of a condition. `open`: it will be decided, without further events, at `deadline` or later; `on` is what it waits for.
 * `used` are the facts it rests on, `spans` the absences; `item` is where in a sequence it stands.
 */
export type Verdict =
  | {
      readonly kind: 'done';
      readonly at: Instant;
      readonly order: number;
      readonly used: readonly Fact[];
      readonly spans: readonly Span[];
    }
  | {
      readonly kind: 'open';
      readonly deadline: Instant;
      readonly used: readonly Fact[];
      readonly on: readonly Leaf[];
      readonly item?: number;
    }
  | { readonly kind: 'failed'; readonly item?: number; readonly unknown?: true };

/** What a condition is judged by. */
export type Ground = {
  readonly facts: readonly Fact[];
  /** What rests on absence is decided up to this instant, inclusive. */
  readonly horizon: Instant;
  readonly settle: Duration;
  /** What `onRepeat: extend` moved, of the items of the condition's list. */
  readonly extended?: readonly Extension[] | undefined;
  /** Deadlines count from here at the earliest. */
  readonly earliest?: Instant | undefined;
  /** Was there such an event in `(after, to.at]` beside the one that is `to`? Undefined: nobody knows. */
  readonly look: (leaf: Leaf, after: Instant, to: Mark) => boolean | undefined;
};

export const FAILED: Verdict = { kind: 'failed' };
/** The turn of a decision by the clock: events of that instant come later. */
export const BY_CLOCK = -1;
