import { isJsonObject, type Json } from '@tripline/kernel';
import { type Budget, equal, propertyOf, UNKNOWN, type Value } from './value.js';

export type Binary = (a: Value, b: Value, budget: Budget) => Value;

const finite = (n: number): Value => (Number.isFinite(n) ? n : UNKNOWN);

const arithmetic =
  (of: (a: number, b: number) => number): Binary =>
  (a, b) =>
    typeof a === 'number' && typeof b === 'number' ? finite(of(a, b)) : UNKNOWN;

/** Numbers by size, texts by UTF-16 code unit (no locale); anything else cannot be ordered. */
const ordering =
  (of: (a: number | string, b: number | string) => boolean): Binary =>
  (a, b) =>
    (typeof a === 'number' && typeof b === 'number') || (typeof a === 'string' && typeof b === 'string') ? of(a, b) : UNKNOWN;

function add(a: Value, b: Value, budget: Budget): Value {
  if (typeof a === 'number' && typeof b === 'number') return finite(a + b);
  if (typeof a === 'string' && typeof b === 'string') return budget.take(1 + ((a.length + b.length) >> 6)) ? a + b : UNKNOWN;
  if (Array.isArray(a) && Array.isArray(b))
    return budget.take(1 + a.length + b.length) ? [...(a as Json[]), ...(b as Json[])] : UNKNOWN;
  return UNKNOWN;
}

function isIn(a: Value, b: Value, budget: Budget): Value {
  if (a === UNKNOWN || b === UNKNOWN) return UNKNOWN;
  if (Array.isArray(b)) return some(b as readonly Json[], (each) => equal(a, each, budget));
  return isJsonObject(b) && typeof a === 'string' ? Object.hasOwn(b, a) : UNKNOWN;
}

/** Three-valued `or` over a list: true when one is, else unknown when one is, else false. */
export function some(list: readonly Json[], test: (each: Json) => Value): Value {
  let answer: Value = false;
  for (const each of list) {
    const one = test(each);
    if (one === true) return true;
    if (one !== false) answer = UNKNOWN;
  }
  return answer;
}

const not = (value: Value): Value => (typeof value === 'boolean' ? !value : UNKNOWN);

function index(of: Value, at: Value): Value {
  if (typeof at === 'string') return propertyOf(of, at);
  if (!Array.isArray(of) || typeof at !== 'number') return UNKNOWN;
  return Number.isInteger(at) && at >= 0 && at < of.length ? (of[at] as Json) : UNKNOWN;
}

/** The operators of CEL on two values. Numbers are doubles; what has no meaning is unknown. */
export const BINARY: Readonly<Record<string, Binary>> = {
  '==': equal,
  '!=': (a, b, budget) => not(equal(a, b, budget)),
  '<': ordering((a, b) => a < b),
  '<=': ordering((a, b) => a <= b),
  '>': ordering((a, b) => a > b),
  '>=': ordering((a, b) => a >= b),
  '+': add,
  '-': arithmetic((a, b) => a - b),
  '*': arithmetic((a, b) => a * b),
  '/': arithmetic((a, b) => a / b),
  '%': arithmetic((a, b) => a % b),
  in: isIn,
  '[]': index,
};

export const UNARY: Readonly<Record<string, (a: Value) => Value>> = {
  '!_': not,
  '-_': (a) => (typeof a === 'number' ? -a : UNKNOWN),
};

/** `false && x` is false and `true || x` is true whatever x is, unknown included; on either side. */
export const both = (a: Value, b: () => Value): Value => {
  if (a === false) return false;
  const second = b();
  if (second === false) return false;
  return a === true && second === true ? true : UNKNOWN;
};
export const either = (a: Value, b: () => Value): Value => {
  if (a === true) return true;
  const second = b();
  if (second === true) return true;
  return a === false && second === false ? false : UNKNOWN;
};
