import { accept, refuse, type Parsed } from '@tripline/kernel';

/** Who an event is about, as the key of their partition: `u:<userId>`, until that is known `a:<anonymousId>`. */
export type PersonKey = string;

/** Ids longer than this (in UTF-16 units) are refused. */
export const ID_LENGTH_MAX = 200;

/** What broken clients send in place of an id; taken as ids they would make one person of thousands. Compared in lower case. */
const PLACEHOLDERS = new Set([
  'null',
  'undefined',
  'guest',
  'anonymous',
  'none',
  'nil',
  'nan',
  'false',
  'true',
  'unknown',
  '0',
  '-1',
  '[object object]',
  '',
]);

/** Half of a pair of surrogates: no UTF-8 can write it, so the key of the record would be another than the person's. */
const HALF = /\p{Surrogate}/u;

export const isPlaceholder = (id: string): boolean => PLACEHOLDERS.has(id.trim().toLowerCase());

/** Checks one id as a source gave it: well-formed text of 1 to `ID_LENGTH_MAX`, or a number, and no placeholder. */
export function parseId(path: string, value: unknown): Parsed<string> {
  const id = typeof value === 'number' && Number.isFinite(value) ? String(value) : value;
  if (typeof id !== 'string') return refuse({ path, message: 'must be a string' });
  if (isPlaceholder(id)) return refuse({ path, message: `${JSON.stringify(id)} is a placeholder, not an id` });
  if (id.length > ID_LENGTH_MAX) return refuse({ path, message: `longer than ${ID_LENGTH_MAX} characters` });
  if (HALF.test(id)) return refuse({ path, message: 'is no well-formed Unicode: half of a surrogate pair stands alone' });
  return accept(id);
}

export const makePersonKey = (ids: {
  readonly userId?: string | undefined;
  readonly anonymousId?: string | undefined;
}): PersonKey | undefined =>
  ids.userId !== undefined ? `u:${ids.userId}` : ids.anonymousId !== undefined ? `a:${ids.anonymousId}` : undefined;

/** The userId within a person's key; undefined for a person known by an anonymous id only. */
export const userIdOf = (person: PersonKey): string | undefined => (person.startsWith('u:') ? person.slice(2) : undefined);

/** Known by an anonymous id only. */
export const isAnonymous = (person: PersonKey): boolean => person.startsWith('a:');
