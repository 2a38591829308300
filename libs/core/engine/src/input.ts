import type { Instant } from '@tripline/kernel';
import type { Action, Event, Profile, Recall } from '@tripline/model';
import type { PersonState } from './person-state.js';

/**
 * What reaches one person's state. `clock` is the task's clock: the greatest `upTo` read. A timer fires everything of this
 * person whose deadline + settle ≤ `due`, in that order, and what becomes ripe meanwhile.
 */
export type Input =
  | { readonly kind: 'event'; readonly event: Event; readonly clock: Instant }
  | { readonly kind: 'timer'; readonly due: Instant; readonly clock: Instant };

/** Something worth counting under its dotted name: a drop, a late event, a limit reached. */
export type Notice = { readonly kind: 'notice'; readonly name: string; readonly trigger?: string };

export type Output = Action | Recall | ({ readonly kind: 'profile' } & Profile) | Notice;

/** The state after the input, the same reference where nothing changed; undefined where nothing is left to remember. */
export type Advanced = { readonly state: PersonState | undefined; readonly outputs: readonly Output[] };
