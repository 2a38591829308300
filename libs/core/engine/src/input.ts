import type { Instant } from '@tripline/kernel';
import type { Action, Event, OfIdentity, PersonKey, Profile, Recall, Release, TaskInput } from '@tripline/model';
import type { PersonState } from './person/person-state.js';

/**
 * What reaches one person's state. `clock` is the task's clock: the greatest `upTo` read. A timer fires everything of this
 * person whose deadline + settle ≤ `due`, in that order, and what becomes ripe meanwhile.
 */
export type Input =
  | { readonly kind: 'event'; readonly event: Event; readonly clock: Instant }
  | { readonly kind: 'timer'; readonly due: Instant; readonly clock: Instant }
  | { readonly kind: 'identity'; readonly record: OfIdentity; readonly clock: Instant }
  /** Of somebody who is not set aside it changes nothing. */
  | { readonly kind: 'release'; readonly record: Release; readonly clock: Instant };

/** When it reached us; of a timer, and of what asks about an instant, that instant. */
export function reachedUs(input: Input): Instant {
  if (input.kind === 'timer') return input.due;
  if (input.kind === 'event') return input.event.received;
  if (input.kind === 'release') return input.record.received;
  return 'due' in input.record ? input.record.due : input.record.received;
}

/** Something worth counting under its dotted name: a drop, a late event, a limit reached. */
export type Notice = { readonly kind: 'notice'; readonly name: string; readonly trigger?: string };

/** A run reached what its trigger is for: once a run, so that its id names this too. */
export type GoalReached = {
  readonly kind: 'goal';
  readonly run: string;
  readonly trigger: string;
  readonly version: number;
  readonly person: PersonKey;
  readonly key: string;
  /** Event time of what reached it. */
  readonly at: Instant;
  readonly value?: number;
  /** The arm of each split the run came to. */
  readonly arms: { readonly [split: string]: string };
  /** It was held out: nothing, or nothing more, was written to this person. */
  readonly held: boolean;
};

/** What one task tells another, in the partition of `input.person`; in the order of outputs. */
export type Tell = {
  readonly kind: 'tell';
  readonly input: Extract<TaskInput, { readonly kind: 'event' | 'handoff' | 'probe' | 'answer' }>;
};

export type Output = Action | Recall | ({ readonly kind: 'profile' } & Profile) | GoalReached | Notice | Tell;

/** The state after the input, the same reference where nothing changed; undefined where nothing is left to remember. */
export type Advanced = { readonly state: PersonState | undefined; readonly outputs: readonly Output[] };
