import { later, type Instant } from '@tripline/kernel';
import type { CompiledTrigger, ListPart } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { extendedBy } from '../condition/extension.js';
import type { Fact } from '../condition/fact.js';
import type { Verdict } from '../condition/verdict.js';
import { fitting } from '../journey/lets.js';
import { isSpell } from '../condition/silence.js';
import { verdictOn } from '../condition/matching.js';
import type { Item, Run } from '../person/person-state.js';
import { withFacts } from './with-facts.js';

/**
 * Runs that began under different ids, and are one attempt: the one whose first event happened earlier is the attempt, the other its repeat.
 * I1. It is a repeat only where the attempt was still open when it began, as for an event.
 * I2. Two of one id are looked at where the first has met another since.
 * I3. A run that acts absorbs one that does not; of two that act both stay.
 * I4. An occurrence of the calendar is met by the same occurrence only.
 * I5. One that waits for its version to be published here is met when that has come.
 */
export function meetAll(draft: Draft): void {
  const runs = draft.state.runs.toSorted((a, b) => a.opened - b.opened || a.start - b.start);
  runs.forEach((first, i) => {
    for (const next of runs.slice(i + 1)) {
      const now = draft.state.runs.find((run) => isSame(run, first));
      if (now !== undefined && draft.state.runs.includes(next) && (now !== first || now.origin !== next.origin))
        meet(draft, now, next);
    }
  });
}

const isSame = (a: Run, b: Run): boolean =>
  a.trigger === b.trigger && a.key === b.key && a.opener === b.opener && a.origin === b.origin && a.opened === b.opened;

const isOpen = ({ phase }: Run): boolean => phase !== 'watched';

function meet(draft: Draft, first: Run, next: Run): void {
  if (first.awaits !== undefined || next.awaits !== undefined) return;
  const trigger = draft.triggerOf(first);
  if (trigger === undefined || first.trigger !== next.trigger || first.key !== next.key || !isOpen(first) || !isOpen(next))
    return;
  if (isSpell(first) || isSpell(next)) return;
  if (first.phase !== 'matching' && next.phase !== 'matching') return;
  if (!isOneAttempt(draft, trigger, first, next)) return;
  draft.trace?.('attempt.met', trigger, first, { with: next.opener });
  if (first.phase !== 'matching') return draft.remove(next);
  if (next.phase !== 'matching') return draft.remove(first);
  draft.remove(next);
  draft.replace(first, first.version === next.version ? joined(draft, trigger, first, next) : first);
}

function isOneAttempt(draft: Draft, trigger: CompiledTrigger, first: Run, next: Run): boolean {
  if (trigger.calendar !== undefined) return first.opener === next.opener;
  if (trigger.trigger.onRepeat === 'parallel' || trigger.condition.first === 'silence') return false;
  return isRepeatOf(draft, trigger, first, next);
}

/** Was the attempt open when the other began, by what had happened by then? */
function isRepeatOf(draft: Draft, trigger: CompiledTrigger, first: Run, next: Run): boolean {
  const start = trigger.condition.first === 'several' ? next.start : next.opened;
  if (first.phase !== 'matching' || start <= first.start) return true;
  return verdictThen(draft, trigger, first, start).kind === 'open';
}

const verdictThen = (draft: Draft, trigger: CompiledTrigger, first: Run, then: Instant): Verdict =>
  verdictOn(draft, trigger, { ...first, facts: first.facts.filter(({ at }) => at < then || at === first.start) }, then);

function joined(draft: Draft, trigger: CompiledTrigger, first: Run, next: Run): Run {
  const { onRepeat } = trigger.trigger;
  const lists = joinedLists(draft, trigger, first, next);
  const depth = Math.max(first.depth, next.depth);
  const base = onRepeat === 'restart' && next.start > first.start ? { ...first, start: next.start, facts: next.facts } : first;
  const others = base === first ? next.facts : first.facts;
  const run = withFacts(trigger, { ...base, lists, depth }, seenBy(trigger, base, others));
  return onRepeat === 'extend' ? extended(draft, trigger, run, next) : run;
}

/** What the attempt would have taken of the other's facts: not its first event, where one event begins an attempt. */
function seenBy({ condition }: CompiledTrigger, { start }: Run, facts: readonly Fact[]): readonly Fact[] {
  const isFirst = (leaf: number): boolean => condition.opens.some(({ index }) => index === leaf);
  return facts.filter(({ leaf, at }) => {
    if (isFirst(leaf)) return condition.first === 'several';
    return condition.leaves[leaf]?.role === 'not' || at >= start;
  });
}

/** Each repeat moves what was waited for when it happened; no deadline moves back. */
function extended(draft: Draft, trigger: CompiledTrigger, run: Run, next: Run): Run {
  const repeats = [...(next.extended ?? []).map(({ at }) => at), next.start].sort((a, b) => a - b);
  return repeats.reduce((moved, at) => {
    const verdict = verdictThen(draft, trigger, moved, at);
    const item = verdict.kind === 'open' ? (verdict.item ?? 0) : 0;
    const before = moved.extended?.find((each) => each.item === item)?.at;
    return { ...moved, extended: extendedBy(moved, { item, at: before === undefined ? at : later(before, at) }) };
  }, run);
}

function joinedLists(draft: Draft, trigger: CompiledTrigger, first: Run, next: Run): Run['lists'] {
  const lists: Record<string, readonly Item[]> = {};
  for (const list of trigger.lists) {
    const items = joinedItems(list, first.lists[list.name] ?? [], next.lists[list.name] ?? []);
    if (items.length > 0) lists[list.name] = fitting(draft, trigger, items);
  }
  return lists;
}

/** By when they happened; of those that are the same the newest. */
function joinedItems({ newest }: ListPart, a: readonly Item[], b: readonly Item[]): readonly Item[] {
  const all = [...a, ...b].sort((x, y) => x.at - y.at);
  const isLast = ({ unique }: Item, i: number): boolean =>
    unique === undefined || !all.slice(i + 1).some((later) => later.unique === unique);
  return all.filter(isLast).slice(-newest);
}
