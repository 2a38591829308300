import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { makeProgram, type Program } from './program.js';

/**
 * Conditions of any composition against an oracle that shares no code with the engine: it walks event time millisecond by millisecond over the
 * whole history, with one little automaton an element.
 */
export const SETTLE = 5;
export const NAMES = ['a', 'b', 'c'] as const;
/** What opens an attempt is nothing else at the same time: an event that moves one attempt on does not open another. */
export const OPENER = 'o';
export type Name = (typeof NAMES)[number] | typeof OPENER;
export type Fact = { readonly name: Name; readonly at: number; readonly received: number };

export type Condition =
  | { readonly event: Name; readonly within?: number | undefined }
  | { readonly event: Name; readonly times: number; readonly within: number }
  | { readonly not: Name; readonly for?: number | undefined }
  | { readonly seen: Name; readonly within: number }
  | { readonly notSeen: Name; readonly within: number }
  | { readonly sequence: readonly Condition[]; readonly within?: number | undefined }
  | { readonly all: readonly Condition[]; readonly within?: number | undefined }
  | { readonly any: readonly Condition[]; readonly within?: number | undefined };

export type Sequence = Extract<Condition, { sequence: unknown }>;

const spans = (value: unknown): Json =>
  JSON.parse(JSON.stringify(value), (key, v: unknown) =>
    (key === 'within' || key === 'for') && typeof v === 'number' ? `${v}ms` : v,
  ) as Json;

export const program = (when: Sequence, onRepeat: string): Program =>
  makeProgram([
    {
      name: 't',
      version: 1,
      revision: 1,
      state: 'live',
      document: makeTriggerDocument({ name: 't', by: undefined, when: spans(when), onRepeat, time: { settle: `${SETTLE}ms` } }),
    },
  ]);

/** An event may be the next in time, or of the same instant and later in the history. */
export type Point = { readonly at: number; readonly turn: number };
export type State =
  { readonly done: Point } | { readonly dead: true } | { readonly step: (now: number, here: readonly (Fact & Point)[]) => State };
export const LAST = Number.MAX_SAFE_INTEGER;
const isPast = (a: Point, b: Point): boolean => a.at > b.at || (a.at === b.at && a.turn > b.turn);

/**
 * An automaton that is stepped through every instant from `from.at` on with the events of that instant, and is done or dead at the first
 * instant at which the whole history so far decides it. `history` is what lies before, for looking back: an event does not see itself, nor
 * its like of that instant.
 */
function begin(c: Condition, from: Point, end: number, history: readonly (Fact & Point)[]): State {
  if ('seen' in c || 'notSeen' in c) {
    const name = 'seen' in c ? c.seen : c.notSeen;
    const own = history.find((f) => f.turn === from.turn && f.name === name);
    const was = history.some(
      (f) => f.name === name && f.at > from.at - c.within && (own === undefined ? f.at <= from.at : f.at < from.at),
    );
    return was === 'seen' in c ? { done: from } : { dead: true };
  }
  if ('not' in c) {
    const until = from.at + (c.for ?? 0);
    if (until > end) return { dead: true };
    const waits: State = {
      step: (now, here) =>
        now >= until
          ? { done: { at: until, turn: -1 } }
          : here.some((f) => f.name === c.not && f.turn !== from.turn)
            ? { dead: true }
            : waits,
    };
    return waits;
  }
  if ('times' in c) return counting(c, from, end);
  if ('event' in c) {
    const until = Math.min(end, c.within === undefined ? LAST : from.at + c.within);
    const waits: State = {
      step: (now, here) => {
        if (now >= until) return { dead: true };
        const hit = here.find((f) => f.name === c.event && isPast(f, from));
        return hit === undefined ? waits : { done: { at: hit.at, turn: hit.turn } };
      },
    };
    return waits;
  }
  const until = Math.min(end, c.within === undefined ? LAST : from.at + c.within);
  if ('sequence' in c) return inTurn(c.sequence, 0, from, until, history);
  if ('all' in c)
    return together(
      c.all.map((each) => begin(each, from, until, history)),
      true,
    );
  return together(
    c.any.map((each) => begin(each, from, until, history)),
    false,
  );
}

function counting(c: { event: Name; times: number; within: number }, from: Point, end: number): State {
  const seen: Point[] = [];
  const waits: State = {
    step: (now, here) => {
      for (const f of here) {
        if (f.name !== c.event || !isPast(f, from) || f.at >= end) continue;
        seen.push(f);
        const first = seen.at(-c.times);
        if (first !== undefined && f.at < first.at + c.within) return { done: { at: f.at, turn: f.turn } };
      }
      return now >= end ? { dead: true } : waits;
    },
  };
  return waits;
}

export function inTurn(
  list: readonly Condition[],
  i: number,
  from: Point,
  end: number,
  history: readonly (Fact & Point)[],
): State {
  const gaps: Name[] = [];
  while (i < list.length) {
    const next = list[i] as Condition;
    if (!('not' in next) || next.for !== undefined) break;
    gaps.push(next.not);
    i++;
  }
  const current = list[i];
  if (current === undefined) return { done: from };
  let inner = begin(current, from, end, history);
  let broken: Point | undefined;
  const seen: (Fact & Point)[] = [];
  const after = (state: State, now: number, here: readonly (Fact & Point)[]): State => {
    if ('dead' in state) return state;
    if ('done' in state) {
      if (broken !== undefined && broken.at < state.done.at) return { dead: true };
      const next = inTurn(list, i + 1, state.done, end, [...history, ...seen]);
      return 'step' in next ? next.step(now, here) : next;
    }
    return waits;
  };
  const waits: State = {
    step: (now, here) => {
      seen.push(...here);
      broken ??= here.find((f) => gaps.includes(f.name) && f.turn !== from.turn && f.at >= from.at);
      if ('step' in inner) inner = inner.step(now, here);
      if (broken !== undefined && 'step' in inner && now > broken.at) return { dead: true };
      return after(inner, now, here);
    },
  };
  return 'step' in inner ? waits : after(inner, from.at, []);
}

function together(states: readonly State[], all: boolean): State {
  const done = states.flatMap((s) => ('done' in s ? [s.done] : []));
  const dead = states.filter((s) => 'dead' in s).length;
  const edge = (best: Point, next: Point): Point => (isPast(next, best) === all ? next : best);
  if (all && dead > 0) return { dead: true };
  if (all ? done.length === states.length : done.length > 0) return { done: done.reduce(edge) };
  if (dead === states.length) return { dead: true };
  return {
    step: (now, here) =>
      together(
        states.map((s) => ('step' in s ? s.step(now, here) : s)),
        all,
      ),
  };
}

/** When the attempt that this event opens completes; undefined: never. */
export function oracle(when: Sequence, facts: readonly Fact[], opener: number): number | undefined {
  const history = facts.map((fact, turn) => ({ ...fact, turn })).sort((a, b) => a.at - b.at || a.turn - b.turn);
  const first = history.find(({ turn }) => turn === opener) as Fact & Point;
  const from = { at: first.at, turn: first.turn };
  const [, ...rest] = when.sequence;
  const end = when.within === undefined ? LAST : from.at + when.within;
  let state = inTurn(
    rest,
    0,
    from,
    end,
    history.filter((f) => f.at <= from.at),
  );
  for (let now = from.at; now < 600 && 'step' in state; now++)
    state = state.step(
      now,
      history.filter((f) => f.at === now),
    );
  return 'done' in state ? state.done.at : undefined;
}

export const name = fc.constantFrom(...NAMES);
export const length = fc.integer({ min: 1, max: 25 });
const within = fc.option(length, { nil: undefined });
const drop = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ event: name, within }) },
  { weight: 1, arbitrary: fc.record({ event: name, times: fc.integer({ min: 2, max: 3 }), within: length }) },
  { weight: 2, arbitrary: fc.record({ not: name, for: length }) },
  { weight: 1, arbitrary: fc.record({ seen: name, within: length }) },
  { weight: 1, arbitrary: fc.record({ notSeen: name, within: length }) },
);
const node = (depth: number): fc.Arbitrary<Condition> =>
  depth === 0
    ? leaf
    : fc.oneof(
        { weight: 4, arbitrary: leaf },
        { weight: 1, arbitrary: fc.record({ sequence: elements(depth - 1), within }) },
        { weight: 1, arbitrary: fc.record({ all: fc.array(node(depth - 1), { minLength: 1, maxLength: 3 }), within }) },
        { weight: 1, arbitrary: fc.record({ any: fc.array(node(depth - 1), { minLength: 1, maxLength: 3 }), within }) },
      );
/** Elements of a sequence, now and then with a `not` between two of them. */
const elements = (depth: number): fc.Arbitrary<readonly Condition[]> =>
  fc
    .array(fc.tuple(fc.option(name, { nil: undefined, freq: 4 }), node(depth)), { minLength: 1, maxLength: 3 })
    .map((list) => list.flatMap(([gap, each], i): Condition[] => (gap === undefined || i === 0 ? [each] : [{ not: gap }, each])));
export const condition = (last?: fc.Arbitrary<Condition>) =>
  fc
    .tuple(elements(2), within, last ?? fc.constant(undefined))
    .map(([rest, span, end]): Sequence =>
      drop({ sequence: [{ event: OPENER }, ...rest, ...(end === undefined ? [] : [end])], within: span }),
    )
    .filter((when) => program(when, 'parallel').problems.length === 0);

export const history = (delay: number): fc.Arbitrary<readonly Fact[]> =>
  fc
    .array(
      fc.record({
        name: fc.constantFrom(OPENER, ...NAMES),
        at: fc.integer({ min: 0, max: 60 }),
        late: fc.integer({ min: 0, max: delay }),
      }),
      {
        minLength: 1,
        maxLength: 16,
      },
    )
    .map((facts) =>
      facts
        .map(({ name, at, late }) => ({ name, at, received: at + late }))
        .sort((a, b) => a.received - b.received || a.at - b.at),
    );
export const toEvent = ({ name, at, received }: Fact, i: number): Event =>
  eventAt(at, name, {}, { id: `e${i}`, received: makeInstant(START + received) });
