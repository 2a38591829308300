import type { JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Leaf } from '../compile/condition.js';
import type { Draft } from '../draft.js';
import type { Fact } from './fact.js';
import { keptOf } from './kept.js';
import type { Writable } from '../person/packed.js';

/** The event as a leaf sees it; where an element names it, with its id and what expressions read of it. */
export function makeFact(draft: Draft, trigger: CompiledTrigger, leaf: Leaf, event: Event, order: number): Fact {
  const keep = leaf.alias === undefined ? undefined : trigger.keeps.get(leaf.alias);
  const kept: JsonObject | undefined =
    keep === undefined || keep.size === 0 ? undefined : keptOf(draft, trigger, event.properties, keep);
  const fact: Writable<Fact> = { leaf: leaf.index, at: event.timestamp, received: event.received, order, used: false };
  if (leaf.alias !== undefined) fact.id = event.id;
  if (kept !== undefined) fact.kept = kept;
  return fact;
}
