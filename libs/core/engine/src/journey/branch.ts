import type { BranchPart, CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { explained } from '../condition/event-test.js';
import type { Run } from '../person/person-state.js';
import { scopeOf } from '../expression/scope-of.js';

/** The run behind its `if`: in `do` where it is true, in `else` where it is false; where it is unknown after both, counted. */
export function decideBranch(draft: Draft, trigger: CompiledTrigger, run: Run, branch: BranchPart): Run {
  const scope = scopeOf(draft, undefined, run);
  const answer = branch.test.evaluate(scope);
  draft.trace?.('branch', trigger, run, explained(branch.test, scope, answer));
  if (answer === true) return { ...run, position: run.position + 1 };
  if (answer === false) return { ...run, position: branch.otherwise };
  draft.note('branch-unknown', trigger.name, run);
  return { ...run, position: branch.after };
}
