import { earlier, later, type Instant } from '@tripline/kernel';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { FACTS_UNUSED_MAX, type Fact } from './fact.js';
import { isCondensedIn, namesSpell } from './silence.js';
import type { Run } from '../person/person-state.js';

/**
 * What a run keeps of the facts after it was judged: what its condition rests on, and of the rest the newest of each leaf.
 * I1. Of what is wanted, older ones give way; of what must not happen they become one fact that stands for the whole time between them.
 * I2. Of a silence the events that followed each other become one, and no name of a spell stays that it does not have any more.
 * I3. Once the condition is complete, only what expressions read.
 */
export function keptFacts({ condition }: CompiledTrigger, run: Run, used: readonly Fact[], isComplete: boolean): readonly Fact[] {
  if (isComplete)
    return used.filter(({ kept, id }) => kept !== undefined || id !== undefined).map((fact) => ({ ...fact, used: true }));
  const learned = used.filter((fact) => !run.facts.includes(fact));
  const left = learned.length === 0 ? run.facts : run.facts.filter((fact) => !isReplaced(fact, used));
  const known = left.map((fact) => (used.includes(fact) === fact.used ? fact : { ...fact, used: !fact.used }));
  const isOver = (fact: Fact, i: number): boolean => {
    const max = condition.limits[fact.leaf] ?? FACTS_UNUSED_MAX;
    if (fact.until !== undefined && condition.leaves[fact.leaf]?.role !== 'not') return false;
    return !fact.used && known.slice(i + 1).filter((each) => each.leaf === fact.leaf && !each.used).length >= max;
  };
  const over = known.filter(isOver);
  if (over.length === 0) return learned.length === 0 ? known : [...known, ...learned];
  return [...blurred(condition, over), ...known.filter((fact) => !over.includes(fact)), ...learned];
}

const isReplaced = (fact: Fact, used: readonly Fact[]): boolean =>
  !used.includes(fact) && (namesSpell(fact) || used.some((each) => isCondensedIn(fact, each)));

/** One fact a leaf, for all that must not happen and is not kept singly. */
function blurred({ leaves }: CompiledTrigger['condition'], over: readonly Fact[]): Fact[] {
  return leaves.flatMap(({ index, role }) => {
    const [head, ...rest] = role === 'not' ? over.filter((fact) => fact.leaf === index) : [];
    return head === undefined ? [] : [rest.reduce(joined, head)];
  });
}

const endOf = ({ at, until = at }: Fact): Instant => until;
const joined = (a: Fact, b: Fact): Fact => ({
  ...a,
  at: earlier(a.at, b.at),
  received: earlier(a.received, b.received),
  until: later(endOf(a), endOf(b)),
});
