import type { JsonObject } from '@tripline/kernel';
import type { CompiledTrigger, Projection } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { project } from '../compile/names.js';
import { KEPT_LENGTH_MAX } from '../person/person-state.js';

/** The properties of an event that some expression reads; undefined (and counted) where they are too large to keep. */
export function keptOf(draft: Draft, trigger: CompiledTrigger, properties: JsonObject, keep: Projection): JsonObject | undefined {
  if (keep.size === 0) return {};
  const kept = project(properties, keep);
  if (JSON.stringify(kept).length <= KEPT_LENGTH_MAX) return kept;
  draft.note('kept-too-large', trigger.name);
  return undefined;
}
