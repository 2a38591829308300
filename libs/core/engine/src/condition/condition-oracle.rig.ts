import type { Condition, Fact, Key, Name, Sequence } from './conditions.rig.js';

/**
 * Conditions of any composition against an oracle that shares no code with the engine: it walks event time millisecond by millisecond over the
 * whole history, with one little automaton an element.
 */
/** An event may be the next in time, or of the same instant and later in the history. */
export type Point = { readonly at: number; readonly turn: number };
export type State =
  | { readonly done: Point }
  | { readonly dead: true }
  | { readonly step: (now: number, here: readonly (Fact & Point)[]) => State; readonly item?: number };
export const LAST = Number.MAX_SAFE_INTEGER;
const isPast = (a: Point, b: Point): boolean => a.at > b.at || (a.at === b.at && a.turn > b.turn);

/** What one attempt sees: the events of its key, those of none where it denies; and from when a deadline counts that began at an instant. */
type Eyes = {
  readonly wants: (fact: Fact) => boolean;
  readonly denies: (fact: Fact) => boolean;
  readonly since: (at: number) => number;
};
export const eyesOf = (key: Key): Eyes => ({
  wants: (fact) => fact.key === key,
  denies: (fact) => fact.key === key || fact.key === undefined,
  since: (at) => at,
});

/**
 * An automaton that is stepped through every instant from `from.at` on with the events of that instant, and is done or dead at the first
 * instant at which the whole history so far decides it. `history` is what lies before, for looking back: an event does not see itself, nor
 * its like of that instant.
 */
function begin(c: Condition, from: Point, end: number, history: readonly (Fact & Point)[], eyes: Eyes): State {
  if ('seen' in c || 'notSeen' in c) {
    const name = 'seen' in c ? c.seen : c.notSeen;
    const own = history.find((f) => f.turn === from.turn && f.name === name);
    const was = history.some(
      (f) =>
        f.name === name &&
        ('seen' in c ? eyes.wants(f) : eyes.denies(f)) &&
        f.at > from.at - c.within &&
        (own === undefined ? f.at <= from.at : f.at < from.at),
    );
    return was === 'seen' in c ? { done: from } : { dead: true };
  }
  if ('not' in c) {
    const until = eyes.since(from.at) + (c.for ?? 0);
    if (until > end) return { dead: true };
    const waits: State = {
      step: (now, here) =>
        now >= until
          ? { done: { at: until, turn: -1 } }
          : here.some((f) => f.name === c.not && eyes.denies(f) && f.turn !== from.turn)
            ? { dead: true }
            : waits,
    };
    return waits;
  }
  if ('inactive' in c) return falling(c, eyes.since(from.at), end);
  if ('times' in c) return counting(c, from, end, eyes);
  if ('event' in c) {
    const until = Math.min(end, c.within === undefined ? LAST : eyes.since(from.at) + c.within);
    const waits: State = {
      step: (now, here) => {
        if (now >= until) return { dead: true };
        const hit = here.find((f) => f.name === c.event && eyes.wants(f) && isPast(f, from));
        return hit === undefined ? waits : { done: { at: hit.at, turn: hit.turn } };
      },
    };
    return waits;
  }
  const until = Math.min(end, c.within === undefined ? LAST : eyes.since(from.at) + c.within);
  if ('sequence' in c) return inTurn(c.sequence, 0, from, until, history, () => eyes);
  if ('all' in c)
    return together(
      c.all.map((each) => begin(each, from, until, history, eyes)),
      true,
    );
  return together(
    c.any.map((each) => begin(each, from, until, history, eyes)),
    false,
  );
}

/** A person falls silent: whatever the key, each such event begins it anew. */
function falling(c: { inactive: Name | 'any'; for: number }, since: number, end: number): State {
  const over = since + c.for;
  if (over > end) return { dead: true };
  return {
    step: (now, here) => {
      if (now >= over) return { done: { at: over, turn: -1 } };
      const isBack = now > since && here.some(({ name }) => c.inactive === 'any' || name === c.inactive);
      return falling(c, isBack ? now : since, end);
    },
  };
}

function counting(c: { event: Name; times: number; within: number }, from: Point, end: number, eyes: Eyes): State {
  const seen: Point[] = [];
  const waits: State = {
    step: (now, here) => {
      for (const f of here) {
        if (f.name !== c.event || !eyes.wants(f) || !isPast(f, from) || f.at >= end) continue;
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
  eyesAt: (i: number) => Eyes,
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
  const eyes = eyesAt(i);
  let inner = begin(current, from, end, history, eyes);
  let broken: Point | undefined;
  const seen: (Fact & Point)[] = [];
  const after = (state: State, now: number, here: readonly (Fact & Point)[]): State => {
    if ('dead' in state) return state;
    if ('done' in state) {
      if (broken !== undefined && broken.at < state.done.at) return { dead: true };
      const next = inTurn(list, i + 1, state.done, end, [...history, ...seen], eyesAt);
      return 'step' in next ? next.step(now, here) : next;
    }
    return waits;
  };
  const waits: State = {
    item: i,
    step: (now, here) => {
      seen.push(...here);
      broken ??= here.find((f) => gaps.includes(f.name) && eyes.denies(f) && f.turn !== from.turn && f.at >= from.at);
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

/**
 * How the attempt that this event opens stands at `now`, knowing the first `turns` events of the history. `extended`: the newest repeat
 * while the element at that place of the list was waited for.
 */
export function stands(
  when: Sequence,
  facts: readonly Fact[],
  opener: number,
  { now: until, turns, extended = new Map() }: { now: number; turns: number; extended?: ReadonlyMap<number, number> },
): State {
  const history = facts
    .map((fact, turn) => ({ ...fact, turn }))
    .slice(0, turns)
    .sort((a, b) => a.at - b.at || a.turn - b.turn);
  const first = history.find(({ turn }) => turn === opener) as Fact & Point;
  const from = { at: first.at, turn: first.turn };
  const [, ...rest] = when.sequence;
  const eyes = eyesOf(first.key);
  const newest = Math.max(from.at, ...extended.values());
  const end = when.within === undefined ? LAST : newest + when.within;
  const before = history.filter((f) => f.at <= from.at);
  let state = inTurn(rest, 0, from, end, before, (i) => ({ ...eyes, since: (at) => Math.max(at, extended.get(i) ?? at) }));
  for (let now = from.at; now <= until && 'step' in state; now++)
    state = state.step(
      now,
      history.filter((f) => f.at === now),
    );
  return state;
}

/** When it completes; undefined: never. */
export function oracle(when: Sequence, facts: readonly Fact[], opener: number): number | undefined {
  const state = stands(when, facts, opener, { now: 600, turns: facts.length });
  return 'done' in state ? state.done.at : undefined;
}
