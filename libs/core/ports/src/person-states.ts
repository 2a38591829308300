import type { JsonObject } from '@tripline/kernel';

/** One person's state as their task holds it: traits, open runs, what each waits for and until when; written for people to read. */
export type PersonView = JsonObject;

/** Asks the processor that owns a person's task. */
export interface PersonStates {
  /** Undefined where the owner knows no such person. An `OperatingError` `no-owner` where no processor holds the task now. */
  person(person: string): Promise<PersonView | undefined>;
}
