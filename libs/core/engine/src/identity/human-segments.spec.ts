import { describe, expect, it } from '@jest/globals';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { program, segment, WATCHING } from '../segment/segments.rig.js';
import { fact, identifies, links, moves, places, simulate, toEvent, type Fact } from './human.rig.js';

const W = 100;
const SETTLE = 10;
const time = { time: { settle: `${SETTLE}ms` } };
const within = `${W}ms`;
/** What each comes to, by the facts that count at an instant. */
const KINDS = {
  sum: { let: { n: { sum: 'k', event: 'a', within } }, where: 'n >= 3', ...time },
  absent: { let: { n: { count: 'a', within } }, where: 'n < 2', ...time },
  distinct: { let: { n: { distinct: 'k', event: 'a', within } }, where: 'n == 2', ...time },
  rising: { let: { n: { count: 'a', within } }, where: 'n >= 2', ...time },
  both: { let: { n: { count: 'a', within }, m: { count: 'b', within } }, where: 'n >= 2 && m < 1', ...time },
} as const;
type Kind = keyof typeof KINDS;

/** Written anew: does the human belong at that instant, by all they did? */
function belongs(kind: Kind, facts: readonly Fact[], t: number): boolean {
  const live = facts.filter(({ at }) => at <= t && t < at + W);
  const carts = live.filter(({ name }) => name === 'a');
  if (kind === 'sum') return carts.reduce((sum, { k }) => sum + k, 0) >= 3;
  if (kind === 'rising') return carts.length >= 2;
  if (kind === 'absent') return carts.length < 2;
  if (kind === 'distinct') return new Set(carts.map(({ k }) => k)).size >= 2;
  return carts.length >= 2 && live.length === carts.length;
}

function changes(kind: Kind, facts: readonly Fact[], from: number): [string, number][] {
  const found: [string, number][] = [];
  for (let t = from; t <= 500; t++) {
    const [before, now] = [belongs(kind, facts, t - 1), belongs(kind, facts, t)];
    if (before !== now) found.push([now ? 'in' : 'out', t]);
  }
  return found;
}

const human = fc.uniqueArray(fact(250, 9, ['u:1', 'a:1', 'a:2'], ['a', 'a', 'a', 'b']), {
  minLength: 2,
  maxLength: 10,
  selector: (f) => f.at,
});

const sorted = (told: readonly { readonly trigger: string; readonly at: number }[]): [string, number][] =>
  told.map(({ trigger, at }): [string, number] => [trigger, at]).sort((a, b) => a[1] - b[1]);

describe('a human under three ids, in tasks that run as they like', () => {
  it.each(Object.keys(KINDS) as Kind[])('enters and leaves a segment by all they did, once and as the user: %s', (kind) => {
    const of = program(segment(KINDS[kind]), ...WATCHING);
    fc.assert(
      fc.property(human, links, moves, places, (facts, when, steps, where) => {
        const tasks = simulate(of, [...facts.map(toEvent), ...identifies(when)], steps, where);
        const told = [...tasks.actions.values()].map((a) => ({ ...a, at: a.decided - START }));
        const after = Math.max(...when);
        const known = told.filter(({ at }) => at > after);
        expect(known.every(({ person }) => person === 'u:1')).toBe(true);
        // Who enters a rising segment is told at once, by what is known then: what overtakes may tell it later.
        if (kind !== 'rising') expect(sorted(known)).toEqual(changes(kind, facts, after + 1));
        // What both come to at the handoff is told in its place: entering and leaving take turns.
        const mine = told.filter(({ person, at }) => person === 'u:1' && at > after - SETTLE).sort((a, b) => a.at - b.at);
        mine.forEach((each, i) => expect(each.trigger).not.toBe(mine[i + 1]?.trigger));
        expect(tasks.asking).toBe(0);
        expect(tasks.state('a:1')?.segments ?? []).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });
});
