import { assert, minutes, plus, type Instant } from '@tripline/kernel';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { endOtherDates } from '../calendar/join-calendar.js';
import type { Memory } from '../condition/forgotten.js';
import type { Draft } from '../draft.js';
import { applyStates } from '../journey/exits.js';
import { isOnlyWatched } from '../journey/goal.js';
import { catchUp } from '../journey/outcomes.js';
import { endRun } from '../journey/recall.js';
import { runIdOf } from '../journey/run-id.js';
import type { Awaits, Forgotten, Run } from '../person/person-state.js';
import { seeHappened, standing } from './happened.js';
import { judgeAnew, learn } from './learning.js';
import { meetAll } from './meeting.js';

/** How long after its handoff the publication of a run's version is awaited, exclusive; then what it has not sent is recalled, counted (`run-unpublished`). */
export const PUBLICATION_WAIT = minutes(10);

/**
 * A run that came with a handoff before the publication of its version came to this partition: publications reach partitions each at its own offset.
 * U1. Nothing of it fires or is decided before that; what becomes of its messages is taken in.
 * U2. It is looked at when its person is next touched: by anything, or by the timer that it arms, at its own due instant or where the wait ends,
 *     whichever is first. Where a version as new or a newer one was published here, or it was withdrawn, it ends as any run of one that is not in force.
 * U3. A publication counts that was appended before the wait ended, however late the person is touched.
 * U4. What this partition was told before a version was published it has not seen: to a run that began before, it is as if forgotten. So handoff
 *     and publication decide alike in either order.
 */
export function awaited(draft: Draft, run: Run, at: Instant): Run {
  const isToCome = draft.triggerOf(run) === undefined && draft.program.isToCome(run.trigger, run.version);
  if (!isToCome || isOnlyWatched(run)) return run;
  draft.note('run-awaits', run.trigger, run);
  const { deadline, due } = run;
  const until = plus(at, PUBLICATION_WAIT);
  return { ...run, awaits: { until, deadline, due }, ...lookingAt(due > at && due < until ? due : until) };
}

const lookingAt = (due: Instant): Pick<Run, 'deadline' | 'due'> => ({ deadline: due, due });

/** U2: the person is touched. */
export function lookAtAwaiting(draft: Draft): void {
  if (draft.state.runs.every(({ awaits }) => awaits === undefined)) return;
  const published = draft.state.runs.flatMap((run) => (run.awaits === undefined ? [] : look(draft, run, run.awaits)));
  if (published.length > 0) takeUp(draft, published, draft.now);
}

/** U2: its timer is due, and it is not published. */
export function lookAgain(draft: Draft, run: Run, { until }: Awaits): void {
  assert(run.due < until, 'U2: where the wait ends the person was touched, and the run ended');
  draft.replace(run, { ...run, ...lookingAt(until) });
}

/** Answers the run where it goes on. */
function look(draft: Draft, run: Run, { until }: Awaits): readonly Run[] {
  const trigger = draft.triggerOf(run);
  if (trigger !== undefined && trigger.since < until) {
    draft.note('run-published', run.trigger, run);
    return [draft.replace(run, itself(run))];
  }
  const isToCome = trigger === undefined && draft.program.isToCome(run.trigger, run.version);
  if (isToCome && draft.now < until) return [];
  end(draft, run, isToCome || trigger !== undefined ? 'unpublished' : 'withdrawn');
  return [];
}

function end(draft: Draft, run: Run, reason: 'unpublished' | 'withdrawn'): void {
  draft.note(`run-${reason}`, run.trigger, run);
  const own = draft.replace(run, itself(run));
  if (isOnlyWatched(own)) draft.remove(own);
  else endRun(draft, own, reason, draft.now);
}

/** The run with what it waits for itself. */
function itself({ awaits, ...run }: Run): Run {
  return awaits === undefined ? run : { ...run, deadline: awaits.deadline, due: awaits.due };
}

/** As in a handoff that comes now, of all that is remembered by now. */
function takeUp(draft: Draft, runs: readonly Run[], at: Instant): void {
  const { remembered, forgotten, happened } = draft.state;
  endOtherDates(draft, runs, at);
  for (const run of runs) learn(draft, run, seenHere(draft, run, { remembered, forgotten }));
  meetAll(draft);
  const taken = new Set(runs.map((run) => runIdOf(draft.person, run)));
  const stood = new Map([...standing(draft)].filter(([id]) => !taken.has(id)));
  for (const run of draft.state.runs) judgeAnew(draft, run, at);
  for (const run of draft.state.runs) if (taken.has(runIdOf(draft.person, run))) goOn(draft, run, at);
  seeHappened(draft, { from: draft.person, at, mine: happened, theirs: undefined, stood });
  applyStates(draft, at);
}

function goOn(draft: Draft, run: Run, at: Instant): void {
  const trigger = draft.triggerOf(run);
  if (trigger !== undefined && run.phase !== 'matching') catchUp(draft, trigger, run, at);
}

/** U4. */
export function seenHere(draft: Draft, run: Run, memory: Memory): Memory {
  const trigger = draft.triggerOf(run);
  if (trigger === undefined || run.start >= trigger.since) return memory;
  const unseen = testsOf(trigger).flatMap((test): Forgotten[] => {
    const since = seenSince(draft, trigger.name, test);
    return since <= run.start ? [] : [{ trigger: trigger.name, test, at: since, until: since }];
  });
  return unseen.length === 0 ? memory : { ...memory, forgotten: [...(memory.forgotten ?? []), ...unseen] };
}

const testsOf = ({ exits, condition: { leaves } }: CompiledTrigger): readonly string[] => [
  ...new Set([...exits, ...leaves].map(({ test }) => test)),
];

/** Another version that drains may have asked the same for longer. */
const seenSince = ({ program }: Draft, name: string, test: string): Instant =>
  program
    .versions(name)
    .filter((each) => testsOf(each).includes(test))
    .reduce((first, { since }) => (since < first ? since : first), Number.POSITIVE_INFINITY as Instant);
