import { earlier, formatInstant, later, plus, type Instant, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { causeOf } from '../journey/cause.js';
import { changedRun } from './changed-run.js';
import type { CompiledTrigger, Roles } from '../compile/compiled-trigger.js';
import { leafName, type Leaf } from '../compile/condition.js';
import { belongs, keyText, mayBelong, type Key } from './correlation.js';
import type { Draft } from '../draft.js';
import { isAccepted, possibly, surely } from './event-test.js';
import { newestExtension } from './extension.js';
import { isAfter, type Fact, type Mark } from './fact.js';
import { keptFacts } from './kept-facts.js';
import { complete } from '../journey/firing.js';
import { FAR, judge } from './judgement.js';
import type { Ground, Verdict } from './verdict.js';
import { makeFact } from './make-fact.js';
import { forget, lookBack } from './memory.js';
import { timerAt } from './window.js';
import { isSpell } from './silence.js';
import type { Run } from '../person/person-state.js';

/** What an event did to the open attempts of a trigger: `moved` one on, or was `taken` by one whose first element takes several. */
export type Offered = { readonly moved: boolean; readonly taken: boolean };

/**
 * Offers an event to the attempts of a trigger whose condition is not complete: each keeps it as a fact of the leaves it fits, and is judged
 * anew. An event that moves an attempt on is not at once the first of another, unless that attempt was over and only awaits its timer.
 */
export function offer(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): Offered {
  let moved = false;
  let taken = false;
  for (const run of draft.runsOf(trigger)) {
    if (run.phase !== 'matching' || !draft.state.runs.includes(run)) continue;
    const order = nextOrder(run);
    const facts = factsOf(draft, trigger, roles, run, event, order);
    if (facts.length === 0) continue;
    const depth = facts.some(({ leaf }) => trigger.condition.leaves[leaf]?.role === 'event') ? (event.causedBy?.depth ?? 0) : 0;
    draft.trace?.('attempt.taken', trigger, run, { as: namesOf(trigger, facts) });
    const firsts = facts.filter(({ leaf }) => isFirst(trigger, leaf));
    taken ||= firsts.length > 0;
    const start = firsts.map(({ at }) => at).reduce(earlier, run.start);
    const next = draft.replace(
      run,
      changedRun(run, { start, depth: Math.max(run.depth, depth), facts: [...run.facts, ...facts] }),
    );
    const mayOpen = roles.opens.length > 0;
    const isOpen = !mayOpen || isOpenTo(draft, trigger, run, event);
    const soon = mayOpen && isOpen ? usedBefore(draft, trigger, next, event) : [];
    const used = [...soon, ...decide(draft, trigger, next, run.from, event.received)];
    moved ||= isOpen && used.some((fact) => fact.order === order);
  }
  return { moved, taken };
}

export const nextOrder = ({ facts }: Run): number => facts.reduce((max, { order }) => Math.max(max, order), 0) + 1;

const NO_FACTS: readonly Fact[] = [];

function factsOf(
  draft: Draft,
  trigger: CompiledTrigger,
  { leaves }: Roles,
  run: Run,
  event: Event,
  order: number,
): readonly Fact[] {
  let facts = NO_FACTS;
  for (const leaf of leaves) {
    const fact = factOf(draft, trigger, run, leaf, event, order);
    if (fact !== undefined) facts = [...facts, fact];
  }
  return facts;
}

const namesOf = ({ condition: { leaves } }: CompiledTrigger, facts: readonly Fact[]): string[] =>
  facts.flatMap(({ leaf }) => leaves[leaf] ?? []).map(leafName);

const isFirst = ({ condition }: CompiledTrigger, index: number): boolean => condition.opens.some((leaf) => leaf.index === index);

function factOf(draft: Draft, trigger: CompiledTrigger, run: Run, leaf: Leaf, event: Event, order: number): Fact | undefined {
  if (!concerns(trigger, leaf, run)) return undefined;
  const key = leaf.key(event.properties);
  if (leaf.role === 'not') {
    if (!mayBelong(key, run)) return passed(draft, trigger, run, leaf, key);
    if (!possibly(draft, leaf, event, run, trigger)) return undefined;
    return { leaf: leaf.index, at: event.timestamp, received: event.received, order, used: false };
  }
  const { condition } = trigger;
  if (isFirst(trigger, leaf.index) && (condition.first === 'one' || isPastFirst(draft, trigger, run))) return undefined;
  if (!belongs(key, run)) return passed(draft, trigger, run, leaf, key);
  if (event.timestamp < earliest(trigger, run) || !surely(draft, trigger, leaf, event, run)) return undefined;
  if (!isAccepted(event, trigger.accept)) return void draft.note('event-late', trigger.name);
  return causeOf(draft, trigger, event) === undefined ? undefined : makeFact(draft, trigger, leaf, event, order);
}

/** Of a condition that begins with silence or something else, an attempt knows only what it began with. */
const concerns = (trigger: CompiledTrigger, leaf: Leaf, run: Run): boolean =>
  trigger.silence?.among !== true || (isSpell(run) ? !isFirst(trigger, leaf.index) : leaf !== trigger.silence.leaf);

function passed(draft: Draft, trigger: CompiledTrigger, run: Run, leaf: Leaf, key: Key): undefined {
  draft.trace?.('attempt.passed', trigger, run, { as: leafName(leaf), key: run.key, other: keyText(key) });
}

/** Before its first element is complete, an attempt that takes several events may turn out to have begun earlier. */
const earliest = ({ condition }: CompiledTrigger, run: Run): Instant =>
  condition.first === 'several' ? (0 as Instant) : run.start;

const isPastFirst = (draft: Draft, trigger: CompiledTrigger, run: Run): boolean => {
  const [item] = trigger.condition.root.items;
  return item === undefined || judge(item.node, startOf(run), FAR, groundOf(draft, trigger, run, run.from)).kind === 'done';
};

/** Before every event of the attempt. */
export const startOf = ({ start }: Pick<Run, 'start'>): { readonly at: Instant; readonly order: number } => ({
  at: start,
  order: -1,
});

export function groundOf(draft: Draft, trigger: CompiledTrigger, run: Run, horizon: Instant): Ground {
  return {
    facts: run.facts,
    horizon,
    settle: trigger.settle,
    extended: run.extended,
    earliest: newestExtension(run),
    look: (leaf, after, to) =>
      lookBack(draft, trigger, leaf, run.key, after, isSuch(trigger, run, leaf, to) ? ((to.at - 1) as Instant) : to.at, to.at),
  };
}

/** Is the event that one looks back from such an event itself? It does not see itself, nor its like of that instant. */
const isSuch = ({ condition: { leaves } }: CompiledTrigger, { facts }: Run, { names }: Leaf, mark: Mark): boolean =>
  facts.some((fact) => {
    const leaf = fact.order === mark.order && fact.at === mark.at ? leaves[fact.leaf] : undefined;
    return leaf?.role === 'event' && leaf.names.some((name) => names.includes(name));
  });

export const verdictOn = (draft: Draft, trigger: CompiledTrigger, run: Run, horizon: Instant): Verdict =>
  judge(trigger.condition.root, startOf(run), FAR, groundOf(draft, trigger, run, horizon));

/**
 * Judges an attempt and draws the consequence: it is complete, over, or waits on. Absence is decided up to `horizon`. Answers the facts
 * its condition rests on by now.
 */
export function decide(draft: Draft, trigger: CompiledTrigger, run: Run, horizon: Instant, ready: Instant): readonly Fact[] {
  const ground = groundOf(draft, trigger, run, horizon);
  const verdict = judge(
    trigger.condition.root,
    startOf(run),
    FAR,
    draft.trace === undefined ? ground : toldGround(draft, trigger, run, ground),
  );
  draft.trace?.(TRACED[verdict.kind], trigger, run, tell(trigger, verdict, horizon));
  if (verdict.kind === 'failed') {
    if (verdict.unknown === true) draft.note('condition-unknown', trigger.name, run);
    const next = verdict.item === 0 ? slid(trigger, run) : undefined;
    if (next !== undefined) return decide(draft, trigger, draft.replace(run, next), horizon, ready);
    draft.remove(run);
    return [];
  }
  const facts = keptFacts(trigger, run, verdict.used, verdict.kind === 'done');
  if (verdict.kind === 'open') {
    const { deadline, due } = timerAt(verdict.deadline, trigger.settle);
    draft.replace(run, changedRun(run, { facts, from: horizon, deadline, due }));
  } else {
    if (trigger.trigger.onRepeat !== 'parallel') forget(draft, trigger, run, verdict.used);
    complete(draft, trigger, draft.replace(run, { ...run, facts }), { decided: verdict.at, spans: verdict.spans, ready });
    startAfresh(draft, trigger, run, verdict, horizon, ready);
  }
  return verdict.used;
}

/** The same ground, which tells what memory answers. */
const toldGround = (draft: Draft, trigger: CompiledTrigger, run: Run, ground: Ground): Ground => ({
  ...ground,
  look: (leaf, after, to) => {
    const answer = ground.look(leaf, after, to);
    const told = { as: leafName(leaf), after: formatInstant(after), to: formatInstant(to.at), found: answer ?? 'unknown' };
    draft.trace?.('look', trigger, run, told);
    return answer;
  },
});

const TRACED = { open: 'attempt.waits', done: 'attempt.complete', failed: 'attempt.failed' } as const;

function tell({ settle }: CompiledTrigger, verdict: Verdict, horizon: Instant): JsonObject {
  if (verdict.kind === 'failed')
    return { decidedUpTo: formatInstant(horizon), ...(verdict.unknown === true ? { unknown: true } : {}) };
  if (verdict.kind === 'done') return { at: formatInstant(verdict.at) };
  return {
    for: verdict.on.map(leafName),
    until: formatInstant(verdict.deadline),
    decidedAt: formatInstant(plus(verdict.deadline, settle)),
  };
}

/** What such an attempt kept but did not need, because only a timer could say so, begins the next one. */
function startAfresh(draft: Draft, trigger: CompiledTrigger, run: Run, done: Mark, horizon: Instant, ready: Instant): void {
  if (trigger.condition.first !== 'several') return;
  const rest = run.facts.filter((fact) => isFirst(trigger, fact.leaf) && isAfter(fact, done));
  const [head] = rest;
  if (head === undefined || draft.state.runs.some((each) => each.opener === run.opener && isActing(each, run))) return;
  const start = rest.map(({ at }) => at).reduce(earlier);
  const next = { ...run, opener: `${run.opener}>${head.order}`, opened: start, start, facts: rest };
  draft.trace?.('attempt.opened', trigger, next, { key: next.key, afresh: true });
  decide(draft, trigger, draft.add(next), horizon, ready);
}

const isActing = (each: Run, { trigger, key }: Run): boolean =>
  each.trigger === trigger && each.key === key && (each.phase === 'completing' || each.phase === 'waiting');

/** An attempt whose first element takes several events goes on from the next of them when the window of the first is over. */
function slid({ condition }: CompiledTrigger, run: Run): Run | undefined {
  if (condition.first !== 'several') return undefined;
  const firsts = run.facts.filter(({ leaf }) => condition.opens.some((each) => each.index === leaf));
  const head = firsts.reduce<Fact | undefined>(
    (best, fact) => (best === undefined || isAfter(best, fact) ? fact : best),
    undefined,
  );
  const rest = firsts.filter((fact) => fact !== head);
  if (rest.length === 0) return undefined;
  const start = rest.map(({ at }) => at).reduce(earlier);
  return { ...run, start, facts: run.facts.filter((fact) => fact !== head) };
}

/** When something happened, and when it reached us. */
export type Moment = Pick<Event, 'timestamp' | 'received'>;

/** How the attempt stands without this event when it reaches us. A late tick must not let more in than a punctual one. */
export const verdictAt = (draft: Draft, trigger: CompiledTrigger, run: Run, event: Moment): Verdict =>
  verdictOn(draft, trigger, run, later(run.from, reachedBy(trigger, event)));

const reachedBy = ({ settle }: CompiledTrigger, { timestamp, received }: Moment): Instant =>
  later(timestamp, (received - settle) as Instant);

/** What the attempt rests on just before the instant of the event, whatever ticks have said by then. */
function usedBefore(draft: Draft, trigger: CompiledTrigger, run: Run, { timestamp, received }: Event): readonly Fact[] {
  const reached = later((timestamp - 1) as Instant, (received - trigger.settle) as Instant);
  const verdict = verdictOn(draft, trigger, run, later(run.from, reached));
  return verdict.kind === 'failed' ? [] : verdict.used;
}

/** Would the attempt still be undecided without this event? Before its deadline it is. */
export const isOpenTo = (draft: Draft, trigger: CompiledTrigger, run: Run, event: Moment): boolean =>
  reachedBy(trigger, event) < run.deadline || verdictAt(draft, trigger, run, event).kind === 'open';
