import { isJsonObject, type Json, type JsonObject } from '@tripline/kernel';

/** The key of triggers without `by`: all of a person's events belong together. */
export const UNKEYED = '';
/** The answer of an element with `by: none`: it belongs to every key. */
export const EVERY_KEY: unique symbol = Symbol('every key');

/** Which run an event belongs to: a key, every key, or undefined where the event does not say. */
export type Key = string | typeof EVERY_KEY | undefined;
export type KeyReader = (properties: JsonObject) => Key;

/** Keys longer than this (UTF-16 units) are unknown. */
export const KEY_LENGTH_MAX = 200;

/** Reads the correlation key at a dotted path of the properties; `none` lifts it; without a path there is one key for all. */
export function compileKey(path: string | undefined): KeyReader {
  if (path === undefined) return () => UNKEYED;
  if (path === 'none') return () => EVERY_KEY;
  const names = path.split('.');
  return (properties) => keyOf(names.reduce<Json | undefined>(step, properties));
}

/** The property a key is read from. */
export const readsOfKey = (path: string | undefined): readonly string[] =>
  path === undefined || path === 'none' ? [] : path.split('.').slice(0, 1);

const step = (of: Json | undefined, name: string): Json | undefined =>
  isJsonObject(of) && Object.hasOwn(of, name) ? of[name] : undefined;

/** Keys are texts: 7 and "7" are one. Nothing, null, lists and objects are no key. */
function keyOf(value: Json | undefined): string | undefined {
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return typeof value === 'string' && value !== '' && value.length <= KEY_LENGTH_MAX ? value : undefined;
}

/** The key for who asks why; null: the event does not say. */
export const keyText = (key: Key): Json => (key === EVERY_KEY ? '*' : (key ?? null));

/** Can the event move this run forward? Only when it surely belongs to it. */
export const belongs = (key: Key, run: { readonly key: string }): boolean => key === EVERY_KEY || key === run.key;

/** Can the event end this run? Also when it does not say to which it belongs. */
export const mayBelong = (key: Key, run: { readonly key: string }): boolean => key === undefined || belongs(key, run);
