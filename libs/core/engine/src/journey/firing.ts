import type { Instant } from '@tripline/kernel';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import type { Span } from '../condition/fact.js';
import { explained } from '../condition/event-test.js';
import { hasLeft } from './exits.js';
import { isLimited } from './limit.js';
import type { Run } from '../person/person-state.js';
import { scopeOf } from '../expression/scope-of.js';
import { proceed } from './steps.js';

/** When a condition completed, decided in the log's own time; the absences it rests on; and from when staleness counts. */
export type Completion = { readonly decided: Instant; readonly spans: readonly Span[]; readonly ready: Instant };

/** The condition of a run is complete: if no exit state, guard or limit objects, it fires; else it ends silently, counted. */
export function complete(draft: Draft, trigger: CompiledTrigger, run: Run, { decided, spans, ready }: Completion): void {
  const completed = draft.replace(run, { ...run, decided, spans, position: 0 });
  const objection = objectionTo(draft, trigger, completed, decided);
  if (objection !== undefined) {
    draft.note(objection, trigger.name, run);
    return draft.remove(completed);
  }
  const fired = proceed(draft, trigger, completed, { decided, ready });
  if (fired !== undefined && fired.phase !== 'watched') dropOverlapping(draft, trigger, fired, decided);
}

function objectionTo(draft: Draft, trigger: CompiledTrigger, run: Run, decided: Instant): string | undefined {
  if (hasLeft(draft, trigger, run)) return 'run-exited';
  const scope = scopeOf(draft, undefined, run);
  const guard = trigger.guard?.evaluate(scope) ?? true;
  if (trigger.guard !== undefined) draft.trace?.('guard', trigger, run, explained(trigger.guard, scope, guard));
  if (typeof guard !== 'boolean') return 'guard-unknown';
  if (!guard) return 'guard-false';
  return isLimited(draft, trigger, run, decided) ? 'run-limited' : undefined;
}

/** What began after the deadline while the decision was still pending was a repeat of this run, which turns out to be open still. */
function dropOverlapping(draft: Draft, trigger: CompiledTrigger, fired: Run, decided: Instant): void {
  if (trigger.trigger.onRepeat === 'parallel' || trigger.calendar !== undefined) return;
  const isRepeat = (run: Run): boolean =>
    run !== fired && run.trigger === fired.trigger && run.key === fired.key && run.phase === 'matching' && run.start >= decided;
  draft.set({ runs: draft.state.runs.filter((run) => !isRepeat(run)) });
}
