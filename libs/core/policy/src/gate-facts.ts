import type { Action, Profile } from '@tripline/model';

/** All that is looked at beside the action, read at one moment. */
export type Facts = {
  readonly stopped: boolean;
  /** What a pause does with messages; undefined: there is none. */
  readonly paused: 'hold' | 'drop' | undefined;
  readonly withdrawn: boolean;
  readonly recalled: boolean;
  readonly profile: Profile | undefined;
  /** What the ledger says for this person, channel and topic; undefined: nothing. */
  readonly consent: boolean | undefined;
  readonly suppressed: boolean;
};

/** One look of the gate at one action. */
export type Look = {
  readonly action: Action;
  /** Staleness is judged now and never again. */
  readonly firstLook: boolean;
  /** How often it was handed over before. */
  readonly attempts: number;
  readonly facts: Facts;
};

/** What an installation chooses. `assumed`: who has not said no is written to; for demonstrations. A no is always a no. */
export type GatePolicy = { readonly consent: 'required' | 'assumed' };

export const STRICT: GatePolicy = { consent: 'required' };
