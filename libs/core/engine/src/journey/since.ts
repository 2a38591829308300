import type { Instant } from '@tripline/kernel';
import type { PausePart } from '../compile/compiled-trigger.js';
import type { Run } from '../person/person-state.js';

/** From when a wait's span counts, where it says so; undefined: it does not say, or that never happened. */
export function sinceOf(run: Run, { since }: PausePart): Instant | undefined {
  if (since === undefined) return undefined;
  if ('leaf' in since) return run.facts.findLast((fact) => fact.leaf === since.leaf && fact.used)?.at;
  return run.actions.find((action) => action.step === since.step)?.closed;
}
