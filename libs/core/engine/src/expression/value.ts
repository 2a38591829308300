import { isJsonObject, type Json } from '@tripline/kernel';

/** What could not be evaluated: a missing property, a wrong type, a division by zero. It never leads to a message. */
export const UNKNOWN: unique symbol = Symbol('unknown');
export type Value = Json | typeof UNKNOWN;

/** Steps one evaluation may take: passes of a macro, elements compared, blocks of 64 characters joined. Past it the answer is unknown. */
export const EXPRESSION_STEPS_MAX = 10_000;

/** Counts the steps of one evaluation down: the same steps for the same input, on every machine. */
export class Budget {
  #left = EXPRESSION_STEPS_MAX;

  /** False once it is spent. */
  take(steps = 1): boolean {
    this.#left -= steps;
    return this.#left >= 0;
  }
}

/** Reads a property; unknown where it is missing or `of` is no object. Inherited names do not exist. */
export const propertyOf = (of: Value, name: string): Value =>
  of !== UNKNOWN && isJsonObject(of) && Object.hasOwn(of, name) ? (of[name] as Json) : UNKNOWN;

/** Deep equality of JSON values; values of different types differ. Unknown when either is, or when the budget is spent. */
export function equal(a: Value, b: Value, budget: Budget): boolean | typeof UNKNOWN {
  if (a === UNKNOWN || b === UNKNOWN || !budget.take()) return UNKNOWN;
  if (a === b) return true;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && everyEqual(a.length, (i) => [a[i] as Json, b[i] as Json], budget);
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return everyEqual(names.length, (i) => [propertyOf(a, names[i] as string), nullIfMissing(b, names[i] as string)], budget);
}

const MISSING: Json = ['missing'];
const nullIfMissing = (of: Json, name: string): Json => {
  const value = propertyOf(of, name);
  return value === UNKNOWN ? MISSING : value;
};

function everyEqual(count: number, pair: (i: number) => [Value, Value], budget: Budget): boolean | typeof UNKNOWN {
  for (let i = 0; i < count; i++) {
    const [a, b] = pair(i);
    const same = b === MISSING ? false : equal(a, b, budget);
    if (same !== true) return same;
  }
  return true;
}
