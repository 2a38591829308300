import { OperatingError } from '@tripline/kernel';

/** A value as its JSON text: nobody who gave it or was given it can change what is kept. */
export type Stored<T> = string & { readonly of?: T };

/** An `OperatingError` `memory-refused` where JSON cannot write it. */
export function store<T>(value: T): Stored<T> {
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new OperatingError('memory-refused', 'never', 'what is to be kept is no JSON');
  return text;
}

export const load = <T>(stored: Stored<T>): T => JSON.parse(stored) as T;
