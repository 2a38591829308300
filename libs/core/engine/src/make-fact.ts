import type { JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger } from './compiled-trigger.js';
import type { Leaf } from './condition.js';
import type { Draft } from './draft.js';
import type { Fact } from './fact.js';
import { keptOf } from './kept.js';

/** The event as a leaf sees it; where an element names it, with its id and what expressions read of it. */
export function makeFact(draft: Draft, trigger: CompiledTrigger, leaf: Leaf, event: Event, order: number): Fact {
  const keep = leaf.alias === undefined ? undefined : trigger.keeps.get(leaf.alias);
  const kept: JsonObject | undefined =
    keep === undefined || keep.size === 0 ? undefined : keptOf(draft, trigger, event.properties, keep);
  const { timestamp: at, received } = event;
  const id = leaf.alias === undefined ? {} : { id: event.id };
  return { leaf: leaf.index, at, received, order, used: false, ...id, ...(kept === undefined ? {} : { kept }) };
}
