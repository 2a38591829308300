import type { Instant, JsonObject } from '@tripline/kernel';
import { packFact, unpackFact, type StoredFact } from './fact-codec.js';
import type { Span } from '../condition/fact.js';
import { after, at, none, type Maybe, type Packed, type Writable } from './packed.js';
import type { Awaits, Item, Phase, Run, SentAction } from './person-state.js';

const PHASES: readonly Phase[] = ['matching', 'completing', 'waiting', 'watched'];
/** Before anything was decided: far from all other instants, and common. */
const NEVER = 0 as Instant;

type StoredItem = [span: number, properties: JsonObject, unique: Maybe<string>];
type StoredAction = [
  ...[id: string, step: string, expires: number, final: Maybe<NonNullable<SentAction['final']>>],
  ...[closed: Maybe<number>, later: SentAction['later'], recalled: number],
];
type StoredSpan = [leaf: number, from: number, to: number, open: number];
export type StoredRun = [
  ...[trigger: string, version: number, key: string, opener: string, phase: number, position: number],
  ...[opened: number, start: number, from: Maybe<number>, deadline: number, due: number, depth: number],
  ...[facts: StoredFact[], progress?: Maybe<StoredProgress>, origin?: Maybe<string>],
  ...[awaits?: [until: number, deadline: number, due: number]],
];
type StoredProgress = [
  ...[lists: [string, StoredItem[]][], decided: Maybe<number>, spans: StoredSpan[]],
  ...[extended: Maybe<[item: number, at: number][]>],
  ...[counted: number, met: Maybe<[wait: number, span: number][]>, waited: Maybe<number>, actions: StoredAction[]],
  ...[journey?: StoredJourney],
];
type StoredJourney = [...[arms: Maybe<NonNullable<Run['arms']>>, held: number, goalFrom: Maybe<number>, goalOver: number]];

/** A run as it is stored: what it is waiting with first, then, where there is any, what it has come to. */
export function packRun(r: Run, zero: Instant): Packed {
  const head = [
    r.trigger,
    r.version,
    r.key,
    r.opener,
    PHASES.indexOf(r.phase),
    r.position,
    r.opened - zero,
    r.start - zero,
    r.from === NEVER ? null : r.from - zero,
    r.deadline - zero,
    r.due - zero,
    r.depth,
    r.facts.map((fact) => packFact(fact, zero)),
  ];
  const progress = isYoung(r) ? null : packProgress(r, zero);
  if (r.awaits !== undefined) return [...head, progress, none(r.origin), packAwaits(r.awaits, zero)];
  if (r.origin !== undefined) return [...head, progress, r.origin];
  return progress === null ? head : [...head, progress];
}

const packAwaits = ({ until, deadline, due }: Awaits, zero: Instant): [number, number, number] => [
  until - zero,
  deadline - zero,
  due - zero,
];
const unpackAwaits = ([until, deadline, due]: readonly [number, number, number], zero: Instant): Awaits => ({
  until: at(zero, until),
  deadline: at(zero, deadline),
  due: at(zero, due),
});

/** It has come to nothing yet: nearly all of them. */
const isYoung = (r: Run): boolean =>
  r.decided === undefined &&
  r.extended === undefined &&
  r.actions.length === 0 &&
  Object.keys(r.lists).length === 0 &&
  !hasGone(r);

const hasGone = ({ counted, met, waited, arms, held, goalFrom }: Run): boolean =>
  counted || (met ?? waited ?? arms ?? held ?? goalFrom) !== undefined;

const packProgress = (r: Run, zero: Instant): Packed => [
  Object.entries(r.lists).map(([name, items]) => [name, items.map((i) => [i.at - zero, i.properties, none(i.unique)])]),
  after(r.decided, zero),
  (r.spans ?? []).map((span) => [span.leaf, span.from - zero, span.to - zero, span.open === true ? 1 : 0]),
  none(r.extended?.map(({ item, at }) => [item, at - zero])),
  r.counted ? 1 : 0,
  r.met === undefined ? null : r.met.map(({ wait, at }) => [wait, at - zero]),
  after(r.waited, zero),
  r.actions.map((a) => [a.id, a.step, a.expires - zero, none(a.final), after(a.closed, zero), a.later, a.recalled ? 1 : 0]),
  ...packJourney(r, zero),
];

/** What only some runs have; nothing where there is none of it. */
function packJourney({ arms, held, goalFrom, goalOver }: Run, zero: Instant): Packed {
  if (arms === undefined && held === undefined && goalFrom === undefined) return [];
  return [[none(arms), held === true ? 1 : 0, after(goalFrom, zero), goalOver === true ? 1 : 0]];
}

/** Reads what `packRun` wrote. */
export function unpackRun(r: StoredRun, zero: Instant): Run {
  const run: Writable<Run> = {
    trigger: r[0],
    version: r[1],
    key: r[2],
    opener: r[3],
    opened: at(zero, r[6]),
    start: at(zero, r[7]),
    phase: PHASES[r[4]] ?? 'watched',
    position: r[5],
    from: r[8] === null ? NEVER : at(zero, r[8]),
    deadline: at(zero, r[9]),
    due: at(zero, r[10]),
    facts: r[12].map((fact) => unpackFact(fact, zero)),
    lists: {},
    counted: false,
    actions: [],
    depth: r[11],
  };
  if (r[13] !== undefined && r[13] !== null) unpackProgress(run, r[13], zero);
  if (r[14] !== undefined && r[14] !== null) run.origin = r[14];
  if (r[15] !== undefined) run.awaits = unpackAwaits(r[15], zero);
  return run;
}

function unpackProgress(run: Writable<Run>, r: StoredProgress, zero: Instant): void {
  const [lists, decided, spans, extended, counted, met, waited, actions, journey] = r;
  run.lists = unpackLists(lists, zero);
  run.counted = counted === 1;
  run.actions = actions.map((action) => unpackAction(action, zero));
  if (decided !== null) run.decided = at(zero, decided);
  if (decided !== null) run.spans = spans.map((span) => unpackSpan(span, zero));
  if (extended !== null) run.extended = extended.map(([item, span]) => ({ item, at: at(zero, span) }));
  if (met !== null) run.met = met.map(([wait, span]) => ({ wait, at: at(zero, span) }));
  if (waited !== null) run.waited = at(zero, waited);
  if (journey !== undefined) unpackJourney(run, journey, zero);
}

const unpackSpan = ([leaf, from, to, open]: StoredSpan, zero: Instant): Span => ({
  ...{ leaf, from: at(zero, from), to: at(zero, to) },
  ...(open === 1 ? { open: true } : {}),
});

function unpackJourney(run: Writable<Run>, [arms, held, goalFrom, goalOver]: StoredJourney, zero: Instant): void {
  if (arms !== null) run.arms = arms;
  if (held === 1) run.held = true;
  if (goalFrom !== null) run.goalFrom = at(zero, goalFrom);
  if (goalOver === 1) run.goalOver = true;
}

const unpackLists = (lists: StoredProgress[0], zero: Instant): Run['lists'] =>
  Object.fromEntries(lists.map(([name, items]) => [name, items.map((item) => unpackItem(item, zero))]));

function unpackItem(i: StoredItem, zero: Instant): Item {
  const item: Writable<Item> = { at: at(zero, i[0]), properties: i[1] };
  if (i[2] !== null) item.unique = i[2];
  return item;
}

function unpackAction(a: StoredAction, zero: Instant): SentAction {
  const action: Writable<SentAction> = { id: a[0], step: a[1], expires: at(zero, a[2]), later: a[5], recalled: a[6] === 1 };
  if (a[3] !== null) action.final = a[3];
  if (a[4] !== null) action.closed = at(zero, a[4]);
  return action;
}
