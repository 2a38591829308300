import type { JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, Projection } from './compiled-trigger.js';
import type { Draft } from './draft.js';
import { project } from './names.js';
import { KEPT_LENGTH_MAX } from './person-state.js';

/** The properties of an event that some expression reads; undefined (and counted) where they are too large to keep. */
export function keptOf(draft: Draft, trigger: CompiledTrigger, properties: JsonObject, keep: Projection): JsonObject | undefined {
  if (keep.size === 0) return {};
  const kept = project(properties, keep);
  if (JSON.stringify(kept).length <= KEPT_LENGTH_MAX) return kept;
  draft.note('kept-too-large', trigger.name);
  return undefined;
}

/** The aliases with this event under its own; one too large to keep is unknown. */
export function withAlias(
  draft: Draft,
  trigger: CompiledTrigger,
  aliases: JsonObject,
  alias: string | undefined,
  event: Event,
): JsonObject {
  const keep = alias === undefined ? undefined : trigger.keeps.get(alias);
  if (alias === undefined || keep === undefined || keep.size === 0) return aliases;
  const others = Object.fromEntries(Object.entries(aliases).filter(([name]) => name !== alias));
  const kept = keptOf(draft, trigger, event.properties, keep);
  return kept === undefined ? others : { ...others, [alias]: kept };
}
