import { plus, type Instant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, GoalPart, Roles } from '../compile/compiled-trigger.js';
import { belongs } from '../condition/correlation.js';
import type { Draft } from '../draft.js';
import { isAccepted, surely } from '../condition/event-test.js';
import { GOALS_MAX, type Happening, type Run } from '../person/person-state.js';
import { runIdOf } from './run-id.js';
import { scopeOf } from '../expression/scope-of.js';
import { timerAt } from '../condition/window.js';

/**
 * Watches whether a run reaches what its trigger is for.
 * I1. The window `[goalFrom, goalFrom + within)` begins with the run's first message, or where it was held out; whatever ends the run does not end it.
 * I2. A run reaches its goal once.
 * I3. What is unknown reaches nothing; what is judged by when an event reached us does not hang on when a tick comes.
 * I4. What happened in the window counts though it came before the run was known to act: it is kept (`happened.ts`).
 */
export function reachGoals(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  if (roles.reaches) for (const run of draft.runsOf(trigger)) reachGoal(draft, trigger, run, event);
}

/** The same of one run. */
export function reachGoal(draft: Draft, trigger: CompiledTrigger, run: Run, event: Happening): void {
  const { goal, accept } = trigger;
  if (goal?.name !== event.name || !isWatching(run) || !isAccepted(event, accept)) return;
  if (!isInTime(trigger, goal, run, event) || !isOf(goal, run, event)) return;
  if (surely(draft, trigger, goal, event, run)) reach(draft, trigger, goal, run, event);
}

/**
 * What its goal looks for may have happened since its window began, and have come before the tick that says so, under whichever id: the run as it
 * stands then. `run` is not over.
 */
export function lookForGoal(draft: Draft, trigger: CompiledTrigger, run: Run): Run {
  const { happened = [] } = draft.state;
  const place = draft.state.runs.indexOf(run);
  if (trigger.goal !== undefined)
    for (const event of happened.toSorted((a, b) => a.timestamp - b.timestamp))
      reachGoal(draft, trigger, draft.state.runs[place] ?? run, event);
  return draft.state.runs[place] ?? run;
}

const isWatching = (run: Run): boolean => run.goalFrom !== undefined && run.goalOver !== true;

function isInTime(trigger: CompiledTrigger, goal: GoalPart, run: Run, { timestamp, received }: Happening): boolean {
  const from = run.goalFrom ?? run.start;
  const end = plus(from, goal.within);
  return timestamp >= from && timestamp < end && received < plus(end, trigger.settle);
}

/** An outcome belongs to the run that asked for its message. */
const isOf = (goal: GoalPart, run: Run, { outcome, properties }: Happening): boolean =>
  outcome === undefined ? belongs(goal.key(properties), run) : run.actions.some(({ id }) => id === outcome.action);

function reach(draft: Draft, trigger: CompiledTrigger, goal: GoalPart, run: Run, event: Happening): void {
  const value = valueOf(draft, trigger, goal, run, event);
  draft.outputs.push({
    kind: 'goal',
    run: runIdOf(draft.person, run),
    trigger: trigger.name,
    version: trigger.version,
    person: draft.person,
    key: run.key,
    at: event.timestamp,
    ...(typeof value === 'number' ? { value } : {}),
    arms: run.arms ?? {},
    held: run.held === true,
  });
  draft.note('goal-reached', trigger.name, run);
  if (isOnlyWatched(run)) draft.remove(run);
  else draft.replace(run, { ...run, goalOver: true });
}

/** A number, where the trigger asks for one; what is none is left out and counted. */
function valueOf(draft: Draft, trigger: CompiledTrigger, { value }: GoalPart, run: Run, event: Happening): Json | undefined {
  if (value === undefined) return undefined;
  const answer = value.evaluate(scopeOf(draft, event.properties, run));
  if (typeof answer === 'number') return answer;
  draft.note('goal-value-unknown', trigger.name, run);
  return undefined;
}

/** The run with the window of its goal, which begins at the first such instant. */
export const withGoal = (trigger: CompiledTrigger, run: Run, at: Instant): Run =>
  trigger.goal === undefined || run.goalFrom !== undefined ? run : { ...run, goalFrom: at };

/** Kept for its goal alone: nothing more comes of it, and what became of its messages is known. */
export const isOnlyWatched = (run: Run): boolean =>
  run.phase === 'watched' && run.actions.every((action) => action.final !== undefined);

/** A run of which everything else is known is forgotten, or kept, as little of it as its goal needs, until that is reached or over. */
export function conclude(draft: Draft, trigger: CompiledTrigger | undefined, run: Run): Run | undefined {
  const goal = trigger?.goal;
  if (trigger === undefined || goal === undefined || !isWatching(run)) return void draft.remove(run);
  const next = { ...littleOf(goal, run), ...timerAt(plus(run.goalFrom ?? run.start, goal.within), trigger.settle) };
  makeRoom(draft, run);
  return draft.replace(run, next);
}

function littleOf(goal: GoalPart, run: Run): Run {
  const little: { -readonly [K in keyof Run]: Run[K] } = { ...run, phase: 'watched', lists: {} };
  if (!goal.keepsAliases) little.facts = [];
  if (!goal.keepsActions) little.actions = [];
  delete little.met;
  delete little.waited;
  return little;
}

/** At most `GOALS_MAX` runs of a person are kept for their goals alone; the one that would be forgotten first gives way, counted. */
function makeRoom(draft: Draft, run: Run): void {
  const kept = draft.state.runs.filter((each) => each !== run && isOnlyWatched(each));
  const [first] = kept.toSorted((a, b) => a.due - b.due);
  if (first === undefined || kept.length < GOALS_MAX) return;
  draft.note('goals-full', first.trigger, first);
  draft.remove(first);
}
