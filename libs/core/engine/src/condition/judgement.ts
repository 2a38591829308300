import { days, earlier, later, plus, type Duration, type Instant } from '@tripline/kernel';
import type {
  AbsenceNode,
  EventNode,
  GroupNode,
  Item,
  Leaf,
  LookNode,
  Node,
  SequenceNode,
  TimesNode,
} from '../compile/condition.js';
import { judgeSilence } from './silence.js';
import { BY_CLOCK, FAILED, type Ground, type Verdict } from './verdict.js';
import { isAfter, type Fact, type Mark, type Span } from './fact.js';

/** How long a condition waits for an event that has no `within`. */
export const RUN_LIFE: Duration = days(30);
/** After everything. */
export const FAR = 8_640_000_000_000_000 as Instant;
/** The turn of the event that opened the attempt. */
const OPENER = 0;
const UNKNOWN: Verdict = { kind: 'failed', unknown: true };

/**
 * Judges a condition by what is known: a pure function of the facts and of how far absence is decided, the same in whatever order the
 * facts arrived.
 * I1. Windows are half-open in event time; an event counts for one only if it was received before the window's end + settle.
 * I2. `done` and `failed` rest on events alone or on deadlines ≤ horizon; a greater horizon never takes them back.
 * I3. An event counts for one element of a sequence only; the one that something counts from neither breaks it nor is seen by it.
 * I4. What was seen, or not, at a moment that is decided is not asked again: memory may have forgotten.
 */
export function judge(node: Node, from: Mark, end: Instant, ground: Ground): Verdict {
  switch (node.kind) {
    case 'event':
      return judgeEvent(node, from, end, ground);
    case 'times':
      return judgeTimes(node, from, end, ground);
    case 'absence':
      return judgeAbsence(node, from, end, ground);
    case 'silence':
      return judgeSilence(node, from, end, ground);
    case 'look':
      return judgeLook(node, from, ground);
    case 'sequence':
      return judgeSequence(node, from, end, ground);
    case 'all':
      return judgeAll(node, from, end, ground);
    case 'any':
      return judgeAny(node, from, end, ground);
  }
}

/** Where a span that begins here ends. */
const endOf = (from: Mark, length: Duration, { earliest }: Ground): Instant =>
  plus(earliest === undefined ? from.at : later(from.at, earliest), length);

const within = (from: Mark, length: Duration | undefined, end: Instant, ground: Ground): Instant =>
  length === undefined ? end : earlier(end, endOf(from, length, ground));

const isInTime = (fact: Fact, end: Instant, { settle }: Ground): boolean =>
  fact.at < end && (end === FAR || fact.received < plus(end, settle));

const first = (facts: readonly Fact[], isOne: (fact: Fact) => boolean): Fact | undefined => {
  let best: Fact | undefined;
  for (const fact of facts) if (isOne(fact) && (best === undefined || isAfter(best, fact))) best = fact;
  return best;
};

function judgeEvent({ leaf, within: length }: EventNode, from: Mark, outer: Instant, ground: Ground): Verdict {
  const end = within(from, length ?? RUN_LIFE, outer, ground);
  if (isDoubted(leaf, from, ground)) return UNKNOWN;
  const found = first(ground.facts, (f) => f.leaf === leaf.index && isAfter(f, from) && isInTime(f, end, ground));
  if (found !== undefined) return { kind: 'done', at: found.at, order: found.order, used: [found], spans: [] };
  return end <= ground.horizon ? FAILED : { kind: 'open', deadline: end, used: [], on: [leaf] };
}

/** It may have happened before the first that is known: memory forgot. */
const isDoubted = ({ index }: Leaf, { at }: Mark, { facts }: Ground): boolean =>
  facts.some((fact) => fact.leaf === index && fact.until !== undefined && fact.until > at);

function judgeTimes(
  { leaf, count, within: length, first: begins }: TimesNode,
  from: Mark,
  outer: Instant,
  ground: Ground,
): Verdict {
  const end = within(from, begins ? undefined : RUN_LIFE, outer, ground);
  if (isDoubted(leaf, from, ground)) return UNKNOWN;
  const facts = ground.facts
    .filter((f) => f.leaf === leaf.index && isAfter(f, from) && isInTime(f, end, ground))
    .sort((a, b) => (isAfter(a, b) ? 1 : -1));
  for (let i = 0; i + count <= facts.length; i++) {
    const used = facts.slice(i, i + count);
    const [head, last] = [used[0], used.at(-1)];
    if (head === undefined || last === undefined || (length !== undefined && last.at >= plus(head.at, length))) continue;
    return { kind: 'done', at: last.at, order: last.order, used, spans: [] };
  }
  const ends = facts.map((fact) => plus(fact.at, length ?? RUN_LIFE)).filter((at) => at > ground.horizon);
  if (end <= ground.horizon || (begins && ends.length === 0)) return FAILED;
  return { kind: 'open', deadline: ends.reduce(earlier, end), used: [], on: [leaf] };
}

/** Did it happen, or may it have, at the mark or later, and not as the very event that is the mark? */
const isSince = ({ at, order, until }: Fact, mark: Mark): boolean =>
  until === undefined ? at >= mark.at && order !== mark.order : until >= mark.at;

function judgeAbsence({ leaf, for: length, strict, spell }: AbsenceNode, from: Mark, outer: Instant, ground: Ground): Verdict {
  const end = endOf(from, length, ground);
  if (end > outer) return FAILED;
  const after = strict ? { at: (from.at + 1) as Instant, order: from.order } : from;
  if (ground.facts.some((f) => f.leaf === leaf.index && isSince(f, after) && isInTime(f, end, ground))) return FAILED;
  const begun = strict ? ground.facts.filter((f) => f.leaf === leaf.index && f.order === 0) : [];
  if (spell === true && begun.length === 0) return FAILED;
  if (end > ground.horizon) return { kind: 'open', deadline: end, used: begun, on: [leaf] };
  return {
    kind: 'done',
    at: end,
    order: BY_CLOCK,
    used: begun,
    spans: [{ leaf: leaf.index, from: from.at, to: end, open: true }],
  };
}

/** Decided by a deadline of length zero; what is already there need not wait for it. */
function judgeLook({ leaf, within: length }: LookNode, from: Mark, ground: Ground): Verdict {
  const after = (from.at - length) as Instant;
  const found = ground.look(leaf, after, from);
  const wanted = leaf.role === 'seen';
  const { at, order } = from;
  const known = ground.facts.find((f) => f.leaf === leaf.index && f.at === at && f.order === order);
  const done: Verdict = {
    ...{ kind: 'done', at, order },
    used: [known ?? { leaf: leaf.index, at, received: at, order, used: true }],
    spans: wanted ? [] : [{ leaf: leaf.index, from: after, to: at }],
  };
  if (found === true) return wanted ? done : FAILED;
  if (known !== undefined) return done;
  if (from.at > ground.horizon) return { kind: 'open', deadline: from.at, used: [], on: [leaf] };
  if (found === undefined) return UNKNOWN;
  return wanted ? FAILED : done;
}

function judgeSequence({ items, within: length }: SequenceNode, from: Mark, outer: Instant, ground: Ground): Verdict {
  const end = within(from, length, outer, ground);
  const used: Fact[] = [];
  const spans: Span[] = [];
  let mark = from;
  for (let item = 0; item < items.length; item++) {
    const { node, without } = items[item] as Item;
    const verdict = judgeBetween(without, mark, judge(node, mark, end, ofItem(ground, item)), ground);
    if (verdict.kind === 'failed') return mayMove(mark, from, ground) ? movable(mark, used, item) : { ...verdict, item };
    used.push(...verdict.used);
    if (verdict.kind === 'open') return { kind: 'open', deadline: verdict.deadline, used, on: verdict.on, item };
    spans.push(...verdict.spans);
    mark = verdict;
  }
  return { kind: 'done', at: mark.at, order: mark.order, used, spans };
}

/** What is counted from, unless it opened the attempt, may turn out to have happened earlier: nothing that rests on it has failed before its settle is over. */
const mayMove = (mark: Mark, from: Mark, { horizon }: Ground): boolean =>
  mark !== from && mark.order !== OPENER && mark.at > horizon;
const movable = ({ at }: Mark, used: readonly Fact[], item: number): Verdict => ({
  kind: 'open',
  deadline: at,
  used,
  on: [],
  item,
});

/** Each item of the condition's list has its own extension: what was over before a repeat stays over. */
const ofItem = (ground: Ground, item: number): Ground =>
  ground.extended === undefined
    ? ground
    : { ...ground, extended: undefined, earliest: ground.extended.find((each) => each.item === item)?.at };

/**
 * Nothing of `without` between the mark and what came next. What did happen is a deadline for the rest: something earlier may still
 * arrive, until its settle is over.
 */
function judgeBetween(without: Item['without'], mark: Mark, verdict: Verdict, ground: Ground): Verdict {
  if (without.length === 0 || verdict.kind === 'failed') return verdict;
  const leaves = without.map((leaf) => leaf.index);
  const isBreak = (f: Fact): boolean => leaves.includes(f.leaf) && isSince(f, mark);
  const cut = first(ground.facts, (f) => isBreak(f) && (verdict.kind === 'open' || isInTime(f, verdict.at, ground)));
  const on = verdict.kind === 'open' ? verdict.on : without;
  if (cut !== undefined) {
    const at = later(cut.at, mark.at);
    const deadline = verdict.kind === 'open' ? earlier(at, verdict.deadline) : at;
    return deadline <= ground.horizon ? FAILED : { kind: 'open', deadline, used: verdict.used, on };
  }
  if (verdict.kind === 'open') return verdict;
  if (verdict.at > ground.horizon) return { kind: 'open', deadline: verdict.at, used: verdict.used, on };
  return { ...verdict, spans: [...verdict.spans, ...leaves.map((leaf) => ({ leaf, from: mark.at, to: verdict.at }))] };
}

function judgeAll({ nodes, within: length }: GroupNode, from: Mark, outer: Instant, ground: Ground): Verdict {
  const end = within(from, length, outer, ground);
  const verdicts = nodes.map((node) => judge(node, from, end, ground));
  const failed = verdicts.find((verdict) => verdict.kind === 'failed');
  return failed ?? joined(verdicts, (best, next) => isAfter(next, best));
}

/** The first to be done; while another may yet turn out to have been done before it, that is waited for. */
function judgeAny({ nodes, within: length }: GroupNode, from: Mark, outer: Instant, ground: Ground): Verdict {
  const end = within(from, length, outer, ground);
  const verdicts = nodes.map((node) => judge(node, from, end, ground)).filter((verdict) => verdict.kind !== 'failed');
  if (verdicts.length === 0) return FAILED;
  const done = verdicts.filter((verdict) => verdict.kind === 'done');
  if (done.length === 0) return joined(verdicts, () => false);
  const best = done.reduce((a, b) => (isAfter(a, b) ? b : a));
  const earlierOnes = verdicts.filter((verdict) => verdict.kind === 'open' && verdict.deadline <= best.at);
  return earlierOnes.length === 0 ? best : joined(earlierOnes, () => false);
}

/** Done when all are; as one of them, the best. */
function joined(verdicts: readonly Verdict[], isBetter: (best: Mark, next: Mark) => boolean): Verdict {
  const known = verdicts.filter((verdict) => verdict.kind !== 'failed');
  const used = known.flatMap((verdict) => verdict.used);
  const open = known.filter((verdict) => verdict.kind === 'open');
  if (open.length > 0)
    return {
      kind: 'open',
      deadline: open.map((each) => each.deadline).reduce(earlier),
      used,
      on: open.flatMap((each) => each.on),
    };
  const done = known.filter((verdict) => verdict.kind === 'done');
  const mark = done.reduce<Mark>((best, next) => (isBetter(best, next) ? next : best), done[0] ?? { at: FAR, order: 0 });
  return { kind: 'done', at: mark.at, order: mark.order, used, spans: done.flatMap((each) => each.spans) };
}
