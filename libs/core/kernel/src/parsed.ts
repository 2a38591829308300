/** What is wrong with one field of what was given. `path` is dotted from the root (`batch.3.timestamp`), empty for the whole. */
export type Problem = { readonly path: string; readonly message: string };

/** The answer of every `parse…`: the typed value, or every problem found. Bad input is an answer, not an error. */
export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problems: readonly Problem[] };

export const accept = <T>(value: T): Parsed<T> => ({ ok: true, value });
export const refuse = (...problems: readonly Problem[]): Parsed<never> => ({ ok: false, problems });

/** Writes problems for a person: `batch.3.timestamp: not an ISO 8601 instant; …`. */
export const describeProblems = (problems: readonly Problem[]): string =>
  problems.map((p) => (p.path === '' ? p.message : `${p.path}: ${p.message}`)).join('; ');
