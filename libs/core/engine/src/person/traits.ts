import { encodeUtf8, later, type Json, type JsonObject } from '@tripline/kernel';
import { TRAITS_BYTES_MAX, type Event } from '@tripline/model';
import type { Draft } from '../draft.js';

/**
 * Takes over what the event says of the person; answers whether that changed anything. Each real change counts the revision on and
 * tells the profile. An event older than the newest change only fills in what is missing; null clears.
 */
export function applyTraits(draft: Draft, event: Event): boolean {
  const { traits: given } = event;
  if (given === undefined) return false;
  const { traits, traitsAt, revision } = draft.state;
  const next = merge(traits, given, event.timestamp < traitsAt);
  if (next === undefined) return false;
  if (encodeUtf8(JSON.stringify(next)).length > TRAITS_BYTES_MAX) {
    draft.note('traits-too-large');
    return false;
  }
  draft.changes = changesOf(traits, next);
  draft.set({ traits: next, revision: revision + 1, traitsAt: later(traitsAt, event.timestamp) });
  draft.outputs.push({ kind: 'profile', person: draft.person, revision: revision + 1, traits: next });
  return true;
}

function merge(traits: JsonObject, given: JsonObject, onlyMissing: boolean): JsonObject | undefined {
  const merged = new Map<string, Json>(Object.entries(traits));
  let changed = false;
  for (const [name, value] of Object.entries(given)) {
    const had = merged.get(name);
    if (onlyMissing && had !== undefined) continue;
    if (JSON.stringify(had ?? null) === JSON.stringify(value)) continue;
    changed = true;
    if (value === null) merged.delete(name);
    else merged.set(name, value);
  }
  return changed ? Object.fromEntries(merged) : undefined;
}

function changesOf(before: JsonObject, after: JsonObject): Draft['changes'] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  const changed = names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
  return new Map(changed.map((name) => [name, { before: before[name] ?? null, after: after[name] ?? null }]));
}
