import { isJsonObject } from '@tripline/kernel';
import { UNKNOWN, type Budget, type Value } from './value.js';

export type Fn = { readonly arity: number; readonly call: (args: readonly Value[], budget: Budget) => Value };

const text =
  (of: (subject: string, argument: string) => Value): Fn['call'] =>
  ([subject, argument], budget) =>
    typeof subject === 'string' && typeof argument === 'string' && budget.take(1 + (subject.length >> 6))
      ? of(subject, argument)
      : UNKNOWN;

function sizeOf(value: Value | undefined): Value {
  if (typeof value === 'string') return [...value].length;
  if (Array.isArray(value)) return value.length;
  return value !== undefined && value !== UNKNOWN && isJsonObject(value) ? Object.keys(value).length : UNKNOWN;
}

function numberOf(value: Value | undefined): Value {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || value.trim() === '') return UNKNOWN;
  const number = Number(value);
  return Number.isFinite(number) ? number : UNKNOWN;
}

const truncated = (value: Value): Value => (typeof value === 'number' ? Math.trunc(value) : UNKNOWN);
const stringOf = (value: Value | undefined): Value =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : UNKNOWN;
/** Only A to Z, so that no locale and no Unicode version has a say. */
const lowerAscii = (value: Value | undefined): Value =>
  typeof value === 'string' ? value.replace(/[A-Z]/g, (c) => c.toLowerCase()) : UNKNOWN;

/**
 * Every function an expression may call, as `f(x, y)` or `x.f(y)`; nothing else exists: no clock, no locale, no regular expression.
 * `has` and the macros (`exists all exists_one filter map`) are part of the compiler.
 */
export const FUNCTIONS: Readonly<Record<string, Fn>> = {
  size: { arity: 1, call: ([value]) => sizeOf(value) },
  double: { arity: 1, call: ([value]) => numberOf(value) },
  int: { arity: 1, call: ([value]) => truncated(numberOf(value)) },
  string: { arity: 1, call: ([value]) => stringOf(value) },
  lowerAscii: { arity: 1, call: ([value]) => lowerAscii(value) },
  default: { arity: 2, call: ([value, fallback]) => (value === UNKNOWN ? (fallback ?? UNKNOWN) : (value ?? UNKNOWN)) },
  contains: { arity: 2, call: text((subject, argument) => subject.includes(argument)) },
  startsWith: { arity: 2, call: text((subject, argument) => subject.startsWith(argument)) },
  endsWith: { arity: 2, call: text((subject, argument) => subject.endsWith(argument)) },
};
