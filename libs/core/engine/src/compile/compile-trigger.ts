import { accept, refuse, type Duration, type Instant, type Parsed } from '@tripline/kernel';
import { walk, type Element, type ExitRule, type Trigger } from '@tripline/model';
import { Compilation } from './compilation.js';
import { compileCondition } from './compile-condition.js';
import { compileGoal } from './compile-goal.js';
import { compileLists, compileSums } from './compile-lets.js';
import { compileSteps } from './compile-steps.js';
import type { CompiledTrigger, EventTest, Projection, SegmentNamed } from './compiled-trigger.js';
import type { Expression } from '../expression/expression.js';
import { lifeOf } from '../identity/life.js';
import { rolesOf } from './roles.js';

/**
 * Compiles a trigger: every expression once, every name resolved. All problems at once, each with its path in the document. The answer is
 * a live version 0; the program puts in its own.
 */
export function compileTrigger(trigger: Trigger): Parsed<CompiledTrigger> {
  const compilation = new Compilation(trigger);
  compileSums(compilation);
  const guard = compilation.expression('if', trigger.if, compilation.names.ofState);
  const { condition, silence, calendar } = compileCondition(compilation);
  const steps = compileSteps(compilation);
  const exits = trigger.exit.flatMap((rule, i) => compileExit(compilation, rule, i));
  const states = trigger.exit.flatMap((rule, i) => compileState(compilation, rule, i));
  const goal = compileGoal(compilation);
  const lists = compileLists(compilation);
  const compiled: CompiledTrigger = {
    name: trigger.name,
    version: 0,
    live: true,
    paused: false,
    trigger,
    since: 0 as Instant,
    known: 0 as Instant,
    condition,
    ...(silence === undefined ? {} : { silence }),
    ...(calendar === undefined ? {} : { calendar }),
    ...(guard === undefined ? {} : { guard }),
    steps,
    exits,
    life: exits.length === 0 ? (0 as Duration) : lifeOf(condition, steps),
    states,
    lists,
    ...(goal === undefined ? {} : { goal }),
    keeps: aliasKeeps(compilation),
    segments: segmentsOf(compilation),
    roles: rolesOf(condition, silence, steps, exits, lists, goal, calendar),
    ...trigger.time,
  };
  return compilation.problems.length === 0 ? accept(compiled) : refuse(...compilation.problems);
}

const compileExit = (compilation: Compilation, rule: ExitRule, i: number): EventTest[] =>
  'is' in rule ? [] : [compilation.test(`exit.${i}`, rule.event, rule, compilation.names.besideEvent())];

function compileState(compilation: Compilation, rule: ExitRule, i: number): Expression[] {
  if (!('is' in rule)) return [];
  const state = compilation.expression(`exit.${i}.is`, rule.is, compilation.names.ofState);
  return state === undefined ? [] : [state];
}

/** Each once, where it stands first: the condition, then the expressions. */
function segmentsOf({ trigger, expressions }: Compilation): readonly SegmentNamed[] {
  const named = [
    ...[...walk(trigger.when, 'when')].flatMap(({ element, path }) => segmentIn(element, path.replace('when.sequence', 'when'))),
    ...expressions.flatMap(({ expression }) => [...expression.segments].map((name) => ({ name, path: expression.path }))),
  ];
  return named.filter(({ name }, i) => named.findIndex((each) => each.name === name) === i);
}

function segmentIn(element: Element, path: string): readonly SegmentNamed[] {
  if ('enters' in element) return [{ name: element.enters, path: `${path}.enters` }];
  if ('leaves' in element) return [{ name: element.leaves, path: `${path}.leaves` }];
  return 'every' in element && element.in !== undefined ? [{ name: element.in, path: `${path}.in` }] : [];
}

/** What is kept of the event under each alias: the properties that some expression reads. */
function aliasKeeps({ trigger, expressions }: Compilation): ReadonlyMap<string, Projection> {
  const keeps = new Map<string, Set<string>>();
  for (const { element } of walk(trigger.when, 'when'))
    if ('as' in element && element.as !== undefined) keeps.set(element.as, new Set());
  for (const { expression } of expressions)
    for (const [name, fields] of expression.reads) for (const field of fields) keeps.get(name)?.add(field);
  return keeps;
}
