import type { Instant, JsonObject } from '@tripline/kernel';

/** One person's state as their task holds it: traits, open runs, what each waits for and until when; written for people to read. */
export type PersonView = JsonObject;

/** Of whom and of which trigger, and from when on it is told. */
export type WhyQuestion = { readonly person: string; readonly trigger: string; readonly since?: Instant };

/**
 * Why a trigger did or did not write to a person: every decision the log led to, oldest first, each with the event or the tick it was taken by, what was
 * asked, the values it read, version and clock.
 */
export type Explanation = {
  readonly person: string;
  readonly trigger: string;
  readonly task: number;
  /** The records it was told from: offsets `[from, upTo)`; where it was cut, `upTo` is where. */
  readonly from: number;
  readonly upTo: number;
  /** Events of this person among them. */
  readonly events: number;
  /** The task's clock at `upTo`; absent: it had read no tick. */
  readonly clock?: string;
  /** The versions of the trigger in force at `upTo`, the newest last. */
  readonly versions: readonly number[];
  /** What is not known or was left out, in words. */
  readonly gaps: readonly string[];
  readonly told: readonly JsonObject[];
};

/** The header of a question that a processor asks another: it is answered there or not at all. */
export const ASKED_ON = 'tripline-asked-on';

/**
 * Codes of the `OperatingError`s (later) of a question that has no answer for the moment; their messages are for who asked.
 * no-owner: no processor has the task. moving: it is changing hands. recovering: its owner reads what was in the log before it, and how far
 * it is. task-halted: it stopped for good, and what to do. busy: too many questions.
 */
export const UNANSWERED: readonly string[] = ['no-owner', 'moving', 'recovering', 'task-halted', 'busy'];

/** Asks the processor that owns a person's task. Rejects with an `OperatingError` of `UNANSWERED`, or as whatever lies between fails. */
export interface PersonStates {
  /** Undefined where the owner knows no such person. */
  person(person: string): Promise<PersonView | undefined>;
  /** Tells it again from the log. */
  why(question: WhyQuestion): Promise<Explanation>;
}
