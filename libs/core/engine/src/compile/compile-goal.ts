import { allSteps, CHANNELS, FINAL_STATUSES, LATER_STATUSES } from '@tripline/model';
import type { Compilation } from './compilation.js';
import type { GoalPart } from './compiled-trigger.js';
import { eventReads } from '../expression/event-reads.js';
import type { Expression } from '../expression/expression.js';

const OUTCOMES = new Set(CHANNELS.flatMap((c) => [...FINAL_STATUSES, ...LATER_STATUSES].map((status) => `${c}.${status}`)));

/** What a trigger is for, and what of a run has to be kept to notice it. */
export function compileGoal(compilation: Compilation): GoalPart | undefined {
  const { goal, do: steps } = compilation.trigger;
  if (goal === undefined) return undefined;
  const names = compilation.names.besideEvent();
  const test = compilation.test('goal', goal.event, goal, names);
  const value = compilation.expression('goal.value', goal.value, names);
  const read = namesIn([test.where, value]);
  const stepNames = [...allSteps(steps, 'do')].flatMap(({ step }) => ('id' in step ? [step.id] : []));
  return {
    ...test,
    reads: new Set([...test.reads, ...(value === undefined ? [] : eventReads(value))]),
    within: goal.within,
    ...(value === undefined ? {} : { value }),
    keepsActions: OUTCOMES.has(goal.event) || stepNames.some((name) => read.has(name)),
    keepsAliases: compilation.names.aliases.some((name) => read.has(name)),
  };
}

const namesIn = (expressions: readonly (Expression | undefined)[]): Set<string> =>
  new Set(expressions.flatMap((each) => [...(each?.reads.keys() ?? [])]));
