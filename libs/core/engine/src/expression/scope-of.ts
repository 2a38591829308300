import type { JsonObject } from '@tripline/kernel';
import type { Draft } from '../draft.js';
import type { Run } from '../person/person-state.js';
import type { Scope } from './scope.js';
import { isIn } from '../segment/segments.js';

/** What names mean to an expression, beside that event and in that run, for the person as they are now. */
export const scopeOf = (draft: Draft, event: JsonObject | undefined, run: Run | undefined): Scope => ({
  event,
  user: draft.state.traits,
  run,
  segments: (name) => isIn(draft, name),
});
