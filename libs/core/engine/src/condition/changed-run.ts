import { assert } from '@tripline/kernel';
import type { Writable } from '../person/packed.js';
import type { Run } from '../person/person-state.js';

type Change = Partial<Pick<Run, 'start' | 'from' | 'deadline' | 'due' | 'facts' | 'depth'>>;

/**
 * A run that is being matched, with some of it changed: what every event pays for. All are of one shape. In the V8 of Node 20 a spread gives each
 * copy a shape of its own, and what meets many shapes is slow.
 */
export function changedRun(run: Run, change: Change): Run {
  assert(run.phase === 'matching', 'what a run has come to is not copied');
  const next: Writable<Run> = {
    trigger: run.trigger,
    version: run.version,
    key: run.key,
    opener: run.opener,
    opened: run.opened,
    start: change.start ?? run.start,
    phase: run.phase,
    position: run.position,
    from: change.from ?? run.from,
    deadline: change.deadline ?? run.deadline,
    due: change.due ?? run.due,
    facts: change.facts ?? run.facts,
    lists: run.lists,
    counted: run.counted,
    actions: run.actions,
    depth: change.depth ?? run.depth,
  };
  if (run.extended !== undefined) next.extended = run.extended;
  if (run.origin !== undefined) next.origin = run.origin;
  return next;
}
