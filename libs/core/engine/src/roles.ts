import type { EventTest, GoalPart, Instruction, ListPart, Part, Roles } from './compiled-trigger.js';

type Building = { -readonly [K in keyof Roles]: Roles[K] };

/** What each event name means to a trigger: built once, looked up once an event. */
export function rolesOf(
  parts: readonly Part[],
  steps: readonly Instruction[],
  exits: readonly EventTest[],
  lists: readonly ListPart[],
  goal: GoalPart | undefined,
): ReadonlyMap<string, Roles> {
  const roles = new Map<string, Building>();
  const of = (name: string): Building => {
    const known = roles.get(name) ?? {
      opens: false,
      advances: [],
      negates: false,
      resets: false,
      exits: [],
      lists: [],
      wakes: false,
      reaches: false,
    };
    roles.set(name, known);
    return known;
  };
  parts.forEach((part, i) => {
    const role = of(part.name);
    if (part.kind === 'inactive') role.resets = true;
    else if (part.kind === 'not') role.negates = true;
    else if (i === 0) role.opens = true;
    else role.advances = [...role.advances, i];
  });
  for (const step of steps) if (step.kind === 'await') of(step.until.name).wakes = true;
  for (const exit of exits) of(exit.name).exits = [...of(exit.name).exits, exit];
  for (const list of lists) for (const name of namesOf(list)) of(name).lists = [...of(name).lists, list];
  if (goal !== undefined) of(goal.name).reaches = true;
  return roles;
}

const namesOf = ({ add, minus }: ListPart): Set<string> => new Set(minus === undefined ? [add.name] : [add.name, minus]);
