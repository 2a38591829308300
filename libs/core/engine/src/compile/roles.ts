import type { CalendarPart } from './calendar-part.js';
import { EVENT_OF } from '@tripline/model';
import {
  isBoundStep,
  TRAITS_CHANGED,
  type EventTest,
  type GoalPart,
  type Instruction,
  type ListPart,
  type Roles,
  type Silence,
} from './compiled-trigger.js';
import type { Condition, Leaf } from './condition.js';

/** What tells that the page a person was on is gone: they see another, or leave. */
const TURNS: readonly string[] = [EVENT_OF.page, EVENT_OF.leave];

type Building = { -readonly [K in keyof Roles]: Roles[K] };

/** What each event name means to a trigger: built once, looked up once an event. */
export function rolesOf(
  condition: Condition,
  silence: Silence | undefined,
  steps: readonly Instruction[],
  exits: readonly EventTest[],
  lists: readonly ListPart[],
  goal: GoalPart | undefined,
  calendar: CalendarPart | undefined,
): ReadonlyMap<string, Roles> {
  const roles = new Map<string, Building>();
  const of = (name: string): Building => {
    const known = roles.get(name) ?? empty();
    roles.set(name, known);
    return known;
  };
  for (const leaf of condition.leaves) for (const name of leaf.names) addLeaf(of(name), condition, leaf);
  for (const name of silence?.leaf.names ?? []) of(name).resets = true;
  for (const step of steps) if (step.kind === 'await') of(step.until.name).wakes = true;
  if (steps.some(isBoundStep)) for (const name of TURNS) of(name).turns = true;
  for (const exit of exits) of(exit.name).exits = [...of(exit.name).exits, exit];
  for (const list of lists) for (const name of namesOf(list)) of(name).lists = [...of(name).lists, list];
  if (goal !== undefined) of(goal.name).reaches = true;
  if (calendar?.kind === 'date' || calendar?.zone === 'user') of(TRAITS_CHANGED).dated = true;
  for (const role of roles.values()) role.remembersExits = role.exits.filter(({ test }) => isNew(role, test));
  return roles;
}

const isNew = ({ remembers }: Roles, test: string): boolean => remembers.every((leaf) => leaf.test !== test);

function addLeaf(role: Building, { opens }: Condition, leaf: Leaf): void {
  const isFact = leaf.role === 'event' || leaf.role === 'not';
  if (isFact) role.leaves = [...role.leaves, leaf];
  if (leaf.memory !== undefined) role.remembers = [...role.remembers, leaf];
  if (leaf.role === 'not' || leaf.role === 'notSeen') role.negates = [...role.negates, leaf];
  if (opens.includes(leaf)) role.opens = [...role.opens, leaf];
}

const empty = (): Building => ({
  opens: [],
  leaves: [],
  remembers: [],
  negates: [],
  resets: false,
  exits: [],
  remembersExits: [],
  lists: [],
  wakes: false,
  turns: false,
  dated: false,
  reaches: false,
});

const namesOf = ({ add, minus }: ListPart): Set<string> => new Set(minus === undefined ? [add.name] : [add.name, minus]);

/** What an event is that has two names here. */
export const bothRoles = (a: Roles, b: Roles): Roles => ({
  opens: [...a.opens, ...b.opens],
  leaves: [...a.leaves, ...b.leaves],
  remembers: [...a.remembers, ...b.remembers],
  negates: [...a.negates, ...b.negates],
  resets: a.resets || b.resets,
  exits: [...a.exits, ...b.exits],
  remembersExits: [...a.remembersExits, ...b.remembersExits],
  lists: [...a.lists, ...b.lists],
  wakes: a.wakes || b.wakes,
  turns: a.turns || b.turns,
  dated: a.dated || b.dated,
  reaches: a.reaches || b.reaches,
});
