import type { Problem } from '@tripline/kernel';
import { z } from 'zod';
import { alias, eventName, expression, keyPath, localTime, name, positive, zone } from './document-fields.js';

/** Steps of a trigger, those of branches and arms included. */
export const STEPS_MAX = 50;
/** Branches and splits within one another. */
export const STEP_DEPTH_MAX = 6;
export const ARMS_MAX = 10;

const messageFields = { id: alias, with: z.record(alias, expression).optional(), expires: positive.optional() };
const messages = [
  z.strictObject({ ...messageFields, email: name }),
  z.strictObject({ ...messageFields, sms: name }),
  z.strictObject({ ...messageFields, web: name, bound: z.literal('page').optional() }),
  z.strictObject({ ...messageFields, webhook: name }),
] as const;
const pause = z
  .strictObject({ for: positive.optional(), since: alias.optional(), at: localTime.optional(), zone: zone.optional() })
  .refine((wait) => wait.for !== undefined || wait.at !== undefined, 'must say how long: `for`, `at` or both')
  .refine((wait) => wait.zone === undefined || wait.at !== undefined, '`zone` needs `at`')
  .refine((wait) => wait.since === undefined || wait.for !== undefined, '`since` needs `for`');
const awaited = z.strictObject({
  until: z.strictObject({ event: eventName, of: alias.optional(), where: expression.optional(), by: keyPath.optional() }),
  atMost: positive,
});
const waitStep = z.strictObject({ wait: z.union([pause, awaited]) });
const armFields = { arm: alias, share: z.number().positive().max(1_000_000) };

/** One message; `with` gives its template what it needs. One `bound` to the page goes with it: it is taken back when the person leaves it or sees another. */
export type MessageStep = z.output<(typeof messages)[number]>;
/** A span, counted from the step before or from `since`; then, with `at`, the first such local time. */
export type Pause = z.output<typeof pause>;
/** An event, but no longer than `atMost`. */
export type Awaited = z.output<typeof awaited>;
export type WaitStep = z.output<typeof waitStep>;
/** The one or the other; neither where `if` is unknown. */
export type BranchStep = { readonly if: string; readonly do: readonly Step[]; readonly else?: readonly Step[] | undefined };
export type Arm = { readonly arm: string; readonly share: number; readonly do: readonly Step[]; readonly holdout: boolean };
/** One arm for a person, always the same, by the shares. */
export type SplitStep = { readonly id: string; readonly split: readonly Arm[] };
export type Step = MessageStep | WaitStep | BranchStep | SplitStep;

const step: z.ZodType<Step> = z.lazy(() => z.union([...messages, waitStep, branch, split]));
export const steps = z.array(step).min(1).max(STEPS_MAX);
const branch = z.strictObject({ if: expression, do: steps, else: steps.optional() });
const arm = z.strictObject({
  ...armFields,
  do: z.array(step).max(STEPS_MAX).default([]),
  holdout: z.boolean().default(false),
});
const split = z.strictObject({ id: alias, split: z.array(arm).min(2).max(ARMS_MAX) });

export const goal = z.strictObject({
  event: eventName,
  where: expression.optional(),
  by: keyPath.optional(),
  within: positive,
  value: expression.optional(),
});
/** What the trigger is for: such an event within the span after its first message (or after its hold-out was decided). */
export type Goal = z.output<typeof goal>;

export const STEP_FIELDS: readonly string[] = [
  ...[...messages, waitStep, branch, split, arm, goal].flatMap((part) => Object.keys(part.shape)),
  ...['for', 'at', 'zone', 'since', 'until', 'of', 'atMost'],
];

export type PlacedStep = { readonly path: string; readonly step: Step };

/** Every step with its path, in the order of the document: a branch before what is in it. */
export function* allSteps(list: readonly Step[], path: string): Generator<PlacedStep> {
  for (const [i, each] of list.entries()) {
    const at = `${path}.${i}`;
    yield { path: at, step: each };
    for (const under of listsUnder(each)) yield* allSteps(under.steps, `${at}.${under.path}`);
  }
}

function listsUnder(step: Step): readonly { readonly path: string; readonly steps: readonly Step[] }[] {
  if ('split' in step) return step.split.map((each, i) => ({ path: `split.${i}.do`, steps: each.do }));
  if (!('if' in step)) return [];
  return [{ path: 'do', steps: step.do }, ...(step.else === undefined ? [] : [{ path: 'else', steps: step.else }])];
}

/** What the schema cannot say of the steps. */
export function journeyProblems(list: readonly Step[]): Problem[] {
  const all = [...allSteps(list, 'do')];
  const problems: Problem[] = [];
  if (all.length > STEPS_MAX) problems.push({ path: 'do', message: `has more than ${STEPS_MAX} steps in all` });
  for (const { path, step } of all) {
    if ((path.match(/\.(do|else)(?=\.)/g)?.length ?? 0) > STEP_DEPTH_MAX)
      problems.push({ path, message: `is more than ${STEP_DEPTH_MAX} branches deep` });
    if (!('split' in step)) continue;
    const arms = step.split.map((each) => each.arm);
    arms.forEach((each, i) => {
      if (arms.indexOf(each) < i)
        problems.push({ path: `${path}.split.${i}.arm`, message: `the arm ${JSON.stringify(each)} is there already` });
    });
    step.split.forEach((each, i) => {
      if (each.holdout && each.do.length > 0)
        problems.push({ path: `${path}.split.${i}.do`, message: 'a hold-out gets nothing' });
    });
  }
  return problems;
}
