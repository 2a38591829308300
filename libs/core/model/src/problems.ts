import type { Problem } from '@tripline/kernel';
import type { z } from 'zod';

/** Puts a schema library's issues into our words: one problem a field, unions by the branch that fits best, unknown fields by name. */
export function problemsOf(error: z.ZodError): Problem[] {
  return error.issues.flatMap((issue) => problemsIn(issue, []));
}

function problemsIn(issue: z.core.$ZodIssue, base: readonly PropertyKey[]): Problem[] {
  const path = [...base, ...issue.path];
  const dotted = (keys: readonly PropertyKey[]): string => keys.map(String).join('.');
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: dotted([...path, key]), message: 'unknown field' }));
  if (issue.code === 'invalid_union' && issue.errors.length > 0)
    return closest(issue.errors).flatMap((inner) => problemsIn(inner, path));
  if (issue.code === 'invalid_key') return issue.issues.map(({ message }) => ({ path: dotted(path), message }));
  return [{ path: dotted(path), message: issue.message }];
}

/** The branch meant is the one that recognises most: fewest unknown and missing fields, then fewest issues. */
function closest(branches: readonly (readonly z.core.$ZodIssue[])[]): readonly z.core.$ZodIssue[] {
  const costOf = (issue: z.core.$ZodIssue): number =>
    issue.code === 'unrecognized_keys'
      ? 10 * issue.keys.length
      : issue.code === 'invalid_type' && issue.path.length <= 1
        ? 10
        : 1;
  const cost = (issues: readonly z.core.$ZodIssue[]): number => issues.reduce((sum, issue) => sum + costOf(issue), 0);
  return branches.reduce((best, branch) => (cost(branch) < cost(best) ? branch : best));
}
