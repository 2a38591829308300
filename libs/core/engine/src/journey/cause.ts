import { CAUSE_DEPTH_MAX, type Event } from '@tripline/model';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';

/** How deep the event is caused by triggers, 0 for one of the person's own; undefined (and counted) where an action of it would be too deep. */
export function causeOf(draft: Draft, trigger: CompiledTrigger, { causedBy }: Event): number | undefined {
  const depth = causedBy?.depth ?? 0;
  if (depth < CAUSE_DEPTH_MAX) return depth;
  draft.note('cause-too-deep', trigger.name);
  return undefined;
}
