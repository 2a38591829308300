/**
 * The number of the engine's own semantics: what the same documents and the same log come to. A change that would decide anything otherwise than before takes
 * the next number and asks `program.semantics`; what a number has once meant it means for as long as a build runs it. The number in force is among the settings
 * in the log, so that every task, replay and `why` decides each record by the number that was in force at its place.
 */

/** In force where no settings say another. */
export const SEMANTICS = 1;
/** What this build can run, both ends included. */
export const SEMANTICS_MIN = 1;
export const SEMANTICS_MAX = 1;

/** What a build can run, both ends included. */
export type SemanticsRange = { readonly min: number; readonly max: number };

export const SEMANTICS_KNOWN: SemanticsRange = { min: SEMANTICS_MIN, max: SEMANTICS_MAX };
