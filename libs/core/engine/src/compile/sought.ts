import type { Duration } from '@tripline/kernel';
import type { CompiledTrigger, EventTest, Projection } from './compiled-trigger.js';

/** What the waits and goals of triggers look for in events of one name: what they read of it, and for how long after it happened one may be told of it. */
export type Sought = { readonly reads: Projection; readonly for: Duration };

/** The wait for an outcome of an own message is told by whoever has the run: nothing else can answer it. */
export function soughtBy({ steps, goal, settle }: CompiledTrigger): readonly (Sought & { readonly name: string })[] {
  const seek = ({ name, reads }: EventTest, length: Duration) => ({ name, reads, for: (length + settle) as Duration });
  const waits = steps.flatMap((step) =>
    step.kind === 'await' && step.until.of === undefined ? [seek(step.until, step.length)] : [],
  );
  return goal === undefined ? waits : [...waits, seek(goal, goal.within)];
}

/** All that is read, for as long as the longer lasts. */
export const bothSought = (a: Sought | undefined, b: Sought): Sought =>
  a === undefined ? b : { reads: new Set([...a.reads, ...b.reads]), for: Math.max(a.for, b.for) as Duration };
