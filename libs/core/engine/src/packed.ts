import { plus, type Duration, type Instant } from '@tripline/kernel';

export type Packed = readonly unknown[];
export type Maybe<T> = T | null;
export type Writable<T> = { -readonly [K in keyof T]: T[K] };

export const none = <T>(value: T | undefined): Maybe<T> => value ?? null;

/** Instants are written as how long after `zero` they are: small numbers are shorter and faster. */
export const after = (at: Instant | undefined, zero: Instant): Maybe<number> => (at === undefined ? null : at - zero);

/** An instant again: so long after `zero`. */
export const at = (zero: Instant, span: number): Instant => plus(zero, span as Duration);
