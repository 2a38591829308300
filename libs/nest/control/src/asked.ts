import type { Problem } from '@tripline/kernel';
import { HttpProblem } from '@tripline/nest-kit';
import { makePersonKey, parseId, type PersonKey } from '@tripline/model';
import { z } from 'zod';

/** Rows of one answer, at most and unless asked otherwise. */
export const ROWS_MAX = 1_000;
const ROWS_DEFAULT = 100;

export const max = z.coerce.number().int().min(1).max(ROWS_MAX).default(ROWS_DEFAULT);

/** Reads a query or a body by its schema; 400 with every problem named by its field. */
export function asked<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.flatMap((issue): Problem[] => {
    const path = issue.path.map(String);
    if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }];
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field' }));
  });
  throw new HttpProblem(400, 'invalid', 'the request cannot be understood', problems);
}

/** Whose: by `userId` or `anonymousId`; undefined where neither is given. */
export function askedPerson(ids: {
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
}): PersonKey | undefined {
  for (const name of ['userId', 'anonymousId'] as const) {
    const id = ids[name] === undefined ? undefined : parseId(name, ids[name]);
    if (id !== undefined && !id.ok) throw new HttpProblem(400, 'invalid', 'the request cannot be understood', id.problems);
  }
  return makePersonKey(ids);
}
