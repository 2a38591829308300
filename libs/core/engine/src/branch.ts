import type { BranchPart, CompiledTrigger } from './compiled-trigger.js';
import type { Draft } from './draft.js';
import type { Run } from './person-state.js';

/** The run behind its `if`: in `do` where it is true, in `else` where it is false; where it is unknown after both, counted. */
export function decideBranch(draft: Draft, trigger: CompiledTrigger, run: Run, branch: BranchPart): Run {
  const answer = branch.test.evaluate(draft.scope(undefined, run));
  if (answer === true) return { ...run, position: run.position + 1 };
  if (answer === false) return { ...run, position: branch.otherwise };
  draft.note('branch-unknown', trigger.name);
  return { ...run, position: branch.after };
}
