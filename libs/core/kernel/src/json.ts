/** Any value JSON can write. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = { readonly [name: string]: Json };

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Does anything lie deeper in this value than `max` arrays and objects? Goes no deeper than that to find out. */
export const isDeeperThan = (value: unknown, max: number): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (max === 0 || Object.values(value).some((inner) => isDeeperThan(inner, max - 1)));

/** Parses JSON text to an unknown value; undefined where it is not JSON (JSON itself has no undefined). */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

/** What only an escape can write is not there without one. */
const ESCAPE = '\\u';

/** The same, for what is to be stored: half of a surrogate pair, which UTF-8 cannot write, is U+FFFD. */
export function parseWellFormedJson(text: string): unknown {
  const value = parseJson(text);
  if (value === undefined || !text.includes(ESCAPE)) return value;
  try {
    return wellFormed(value);
  } catch {
    return undefined;
  }
}

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name.toWellFormed(), wellFormed(inner)]));
}
