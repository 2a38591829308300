import { plus, type Duration, type Instant, type JsonObject } from '@tripline/kernel';
import type { Fact } from '../condition/fact.js';

/** A fact as it is stored in a run: what it does not have is left out at the end, or null before something it has. */
export type StoredFact = [
  ...[leaf: number, at: number, delay: number, order: number, used: number],
  ...[id?: string | null, kept?: JsonObject | null, until?: number],
];

export function packFact({ leaf, at, received, order, used, id, kept, until }: Fact, zero: Instant): readonly unknown[] {
  const packed: unknown[] = [leaf, at - zero, received - at, order, used ? 1 : 0];
  if (id !== undefined || kept !== undefined || until !== undefined) packed.push(id ?? null);
  if (kept !== undefined || until !== undefined) packed.push(kept ?? null);
  if (until !== undefined) packed.push(until - at);
  return packed;
}

export function unpackFact([leaf, span, delay, order, used, id, kept, until]: StoredFact, zero: Instant): Fact {
  const happened = plus(zero, span as Duration);
  const fact: { -readonly [K in keyof Fact]: Fact[K] } = {
    leaf,
    at: happened,
    received: plus(happened, delay as Duration),
    order,
    used: used === 1,
  };
  if (id !== undefined && id !== null) fact.id = id;
  if (kept !== undefined && kept !== null) fact.kept = kept;
  if (until !== undefined) fact.until = plus(happened, until as Duration);
  return fact;
}
