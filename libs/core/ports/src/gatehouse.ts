import { seconds, type Duration, type Instant } from '@tripline/kernel';
import type { Action, Channel, Decision, Profile, Receipt, Recall } from '@tripline/model';

/** Actions a claim asks for at once, at most. */
export const CLAIM_MAX = 5_000;
/** When a deferred action is due again where its receipt names no time. */
export const RETRY_DEFAULT: Duration = seconds(60);
/** The topic under which a message without one of its own is permitted. */
export const GENERAL_TOPIC = 'marketing';

/** An action claimed for a look, with all the gate judges by, read in the same transaction. */
export type Waiting = {
  readonly action: Action;
  /** The first look judges staleness; later ones only expiry. */
  readonly firstLook: boolean;
  /** How often it was handed over before this. */
  readonly attempts: number;
  readonly facts: GateFacts;
};

export type GateFacts = {
  readonly stopped: boolean;
  /** What the pause of its trigger, or of everything, does with messages; where they differ, the pause that drops. */
  readonly paused: Pausing['messages'] | undefined;
  readonly withdrawn: boolean;
  readonly recalled: boolean;
  readonly profile: Profile | undefined;
  /** The newest entry of the consent ledger for this person, channel and topic (or purpose); undefined: none. */
  readonly consent: boolean | undefined;
  /** The address in the profile's traits is on the suppression list of the channel. */
  readonly suppressed: boolean;
};

/** A decided action whose consequence (dispatch or receipt) may not yet be in the log. */
export type Untold = { readonly action: Action; readonly decision: Decision; readonly attempt: number };

/**
 * The scheduler's truth. Each action is one row, unique by id within the day it was decided; every outcome is a reason on it.
 * Rows go: waiting → (held → waiting)* → handed → a final status, or from waiting straight to dropped, recalled or expired.
 * A decision is kept before its consequence is appended to the log, and marked told after the log has acknowledged it: a process
 * that dies in between leaves it to be told again, the same.
 */
export interface Gatehouse {
  /** Takes actions in and answers how many were new: an id seen before changes nothing. */
  admit(actions: readonly Action[], now: Instant): Promise<number>;
  /** Keeps recalls. Actions waiting or held are due at once, so that the gate drops them; handed ones are refused to the dispatcher; a recall that comes first waits for its action. */
  recall(recalls: readonly Recall[], now: Instant): Promise<void>;
  /** Claims up to `max` (1 to `CLAIM_MAX`) due actions with their facts, the longest due first, for the length of `lease`, passing over those claimed by others. */
  claim(now: Instant, lease: Duration, max: number): Promise<readonly Waiting[]>;
  /** Keeps the decisions and answers those kept; one whose action has been recalled since is left undecided. A hold only moves the due time. */
  decide(
    decisions: readonly { readonly action: Action; readonly decision: Decision }[],
    now: Instant,
  ): Promise<readonly Untold[]>;
  /** Decisions kept longer than `age` ago and never marked told. */
  untold(now: Instant, age: Duration, max: number): Promise<readonly Untold[]>;
  /** Marks decisions told; an action that has come to a further attempt since is left as it is. */
  told(told: readonly Untold[]): Promise<void>;
  /** Applies what dispatchers report: final statuses, and `deferred` as held until `retryAt`, but no longer than until it expires. A status never goes back. */
  report(receipts: readonly Receipt[], now: Instant): Promise<void>;
  /** Handed-over actions past `expires` + `age` with no final receipt, closed as `unknown` with the reason `silent`. */
  closeSilent(now: Instant, age: Duration, max: number): Promise<readonly Untold[]>;
}

/** The projection of `tripline.profiles`. */
export interface ProfileStore {
  /** Keeps each profile unless it has a greater revision of it. */
  apply(profiles: readonly Profile[]): Promise<void>;
  profile(person: string): Promise<Profile | undefined>;
}

/** Permissions, append-only, and addresses never to be written to. */
export interface ConsentLedger {
  record(consents: readonly Consent[]): Promise<void>;
  suppress(suppressions: readonly Suppression[]): Promise<void>;
}

/** One entry of the ledger: `topic` is what a person can unsubscribe from; `GENERAL_TOPIC` covers every topic without an entry of its own. */
export type Consent = {
  readonly person: string;
  readonly channel: Channel;
  readonly topic: string;
  readonly granted: boolean;
  readonly source: string;
  readonly textVersion?: string;
  readonly at: Instant;
};

export type Suppression = { readonly channel: Channel; readonly address: string; readonly reason: string; readonly at: Instant };

/** What a pause does with what would begin, and with messages. */
export type Pausing = { readonly entries: 'open' | 'closed'; readonly messages: 'hold' | 'drop' };

export type SwitchState = 'stopped' | 'paused' | 'running';

/** As it stands: `messages` is what becomes of them. */
export type Switch = {
  readonly scope: string;
  readonly state: SwitchState;
  readonly entries: Pausing['entries'];
  readonly messages: Pausing['messages'] | 'go';
  readonly at: Instant;
  readonly by: string;
};

/**
 * Stops and pauses: of everything (`scope` is `*`) or of one trigger. A stop drops what comes and what is held, a pause holds it unless told to drop
 * it. In force at the next look of every gate.
 */
export interface Switches {
  /**
   * Entries are closed and opened by a control record in the outbox, in one transaction with the switch; only where that changes something, and only of
   * a trigger that is in force: of another, and of everything, they stay open. A stop leaves them as they are, a withdrawal opens them.
   * `pausing` counts for `paused`: open and hold where it does not say, so that nothing is lost.
   */
  set(scope: string, state: SwitchState, now: Instant, by: string, pausing?: Partial<Pausing>): Promise<void>;
  all(): Promise<readonly Switch[]>;
}
