import type { Duration } from '@tripline/kernel';
import type { CompiledTrigger, EventTest, Projection } from './compiled-trigger.js';

/**
 * What the waits and goals of triggers look for in events of one name: what they read of it, and for how long after it happened one may be told of it.
 * `thin`: only goals look for it, and that is the shortest window and settle of them: which of two alike a goal sees changes its instant alone.
 */
export type Sought = {
  readonly reads: Projection;
  readonly for: Duration;
  readonly thin?: { readonly within: Duration; readonly settle: Duration };
};

/** The wait for an outcome of an own message is told by whoever has the run: nothing else can answer it. */
export function soughtBy({ steps, goal, settle, accept }: CompiledTrigger): readonly (Sought & { readonly name: string })[] {
  const seek = ({ name, reads }: EventTest, length: Duration) => ({ name, reads, for: (length + settle) as Duration });
  const waits = steps.flatMap((step) =>
    step.kind === 'await' && step.until.of === undefined ? [seek(step.until, step.length)] : [],
  );
  return goal === undefined
    ? waits
    : [...waits, { ...seek(goal, goal.within), thin: { within: goal.within, settle: shorter(settle, accept) } }];
}

/** All that is read, for as long as the longer lasts. */
export function bothSought(a: Sought | undefined, b: Sought): Sought {
  if (a === undefined) return b;
  const all = { reads: new Set([...a.reads, ...b.reads]), for: longer(a.for, b.for) };
  if (a.thin === undefined || b.thin === undefined) return all;
  return { ...all, thin: { within: shorter(a.thin.within, b.thin.within), settle: shorter(a.thin.settle, b.thin.settle) } };
}

const longer = (a: Duration, b: Duration): Duration => (a < b ? b : a);
const shorter = (a: Duration, b: Duration): Duration => (a < b ? a : b);
