import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import type { Fact } from '../condition/fact.js';
import type { Run } from '../person/person-state.js';

/**
 * An attempt with facts that came another way.
 * I1. What one leaf saw at one instant is one event, where memory may have told it already.
 * I2. Facts of one event have one turn: those of one name and instant are taken for one.
 */
export function withFacts(trigger: CompiledTrigger, run: Run, facts: readonly Fact[]): Run {
  const known = [...run.facts];
  const turns = new Map<number, number>();
  for (const fact of facts) {
    if (isToldBefore(trigger, known, fact)) continue;
    const order =
      turnIn(trigger, known, fact) ?? turns.get(fact.order) ?? 1 + known.reduce((max, each) => Math.max(max, each.order), 0);
    turns.set(fact.order, order);
    known.push({ ...fact, order, used: false });
  }
  return known.length === run.facts.length ? run : { ...run, facts: known };
}

const isToldBefore = ({ condition: { leaves } }: CompiledTrigger, known: readonly Fact[], { leaf, at, until }: Fact): boolean =>
  leaves[leaf]?.memory !== undefined &&
  until === undefined &&
  known.some((each) => each.leaf === leaf && each.at === at && each.until === undefined);

function turnIn({ condition: { leaves } }: CompiledTrigger, known: readonly Fact[], { leaf, at }: Fact): number | undefined {
  const names = leaves[leaf]?.names ?? [];
  return known.find(
    (each) => each.at === at && each.leaf !== leaf && leaves[each.leaf]?.names.some((name) => names.includes(name)),
  )?.order;
}
