import { describe, expect, it } from '@jest/globals';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { oracle, stands } from './condition-oracle.rig.js';
import {
  conditionOfOneAttempt,
  NAMES,
  OPENER,
  program,
  SETTLE,
  toEvent,
  type Fact,
  type Key,
  type Sequence,
} from './conditions.rig.js';
import { playEvents } from '../play/play.js';

/**
 * Repeated first events, keys and exits with conditions of any composition, in the order in which things happen, against an oracle that keeps
 * one attempt a key and asks of the whole history so far how it stands.
 */
const key = fc.constantFrom(1 as const, 1 as const, 2 as const, undefined);
const history = (names: readonly string[]): fc.Arbitrary<readonly Fact[]> =>
  fc
    .array(fc.record({ name: fc.constantFrom(OPENER, ...names), gap: fc.integer({ min: 0, max: 9 }), key }), {
      minLength: 1,
      maxLength: 20,
    })
    .map((steps) => {
      let at = 0;
      let before = '';
      return steps.map(({ name, gap, key }): Fact => {
        // Whether what happens at the very instant of a repeat comes before it is nobody's to say.
        const isApart = (name === OPENER) !== (before === OPENER) || name === OPENER;
        at += isApart ? Math.max(1, gap) : gap;
        before = name;
        return { name: name as Fact['name'], at, received: at, key };
      });
    });

/** One attempt at a time of one key. */
function attempts(when: Sequence, facts: readonly Fact[], key: Key, onRepeat: 'keepFirst' | 'restart' | 'extend'): number[] {
  const fired: number[] = [];
  let open: { readonly opener: number; readonly extended: ReadonlyMap<number, number> } | undefined;
  const close = (now: number, turns: number): number | undefined => {
    if (open === undefined) return undefined;
    const state = stands(when, facts, open.opener, { now, turns, extended: open.extended });
    if ('step' in state) return state.item ?? 0;
    if ('done' in state) fired.push(state.done.at);
    return void (open = undefined);
  };
  facts.forEach((fact, turn) => {
    if (fact.name !== OPENER || fact.key !== key) return;
    const item = close(fact.at, turn);
    if (item === undefined || open === undefined || onRepeat === 'restart') open = { opener: turn, extended: new Map() };
    else if (onRepeat === 'extend') open = { ...open, extended: new Map([...open.extended, [item, fact.at]]) };
  });
  close(600, facts.length);
  return fired;
}

/** One attempt at a time of one key, from the last of so many first events within a span. */
function counted(when: Sequence, facts: readonly Fact[], key: Key, times: number, within: number): number[] {
  const fired: number[] = [];
  let window: number[] = [];
  let opener: number | undefined;
  const isOver = (now: number, turns: number): boolean => {
    if (opener === undefined) return true;
    const state = stands(when, facts, opener, { now, turns });
    if ('done' in state) fired.push(state.done.at);
    if ('step' in state) return false;
    opener = undefined;
    return true;
  };
  facts.forEach(({ name, at, ...fact }, turn) => {
    if (name !== OPENER || fact.key !== key || !isOver(at, turn)) return;
    window = [...window.filter((before) => at < before + within), at];
    if (window.length === times) [opener, window] = [turn, []];
  });
  isOver(600, facts.length);
  return fired;
}

const sorted = (list: readonly number[]): number[] => [...list].sort((a, b) => a - b);
const fire = (when: Sequence, facts: readonly Fact[], onRepeat: string, fields = {}): number[] =>
  sorted(
    playEvents(program(when, onRepeat, { by: 'k', ...fields }), 'u:ada', facts.map(toEvent), { recode: true }).actions.map(
      (a) => a.decided - START,
    ),
  );

describe('a condition of any composition, in order, by key', () => {
  it.each(['keepFirst', 'restart', 'extend'] as const)('meets repeats as %s says', (onRepeat) => {
    fc.assert(
      fc.property(conditionOfOneAttempt(), history(NAMES), (when, facts) => {
        const expected = [1, 2].flatMap((k) => attempts(when, facts, k as Key, onRepeat));
        expect(fire(when, facts, onRepeat)).toEqual(sorted(expected));
      }),
      { numRuns: 600 },
    );
  });

  it('goes on from a first element that takes several, which slides, and counts afresh when the attempt is over', () => {
    const span = fc.integer({ min: 1, max: 25 });
    fc.assert(
      fc.property(
        conditionOfOneAttempt(),
        history(NAMES),
        fc.integer({ min: 2, max: 3 }),
        span,
        (given, facts, times, within) => {
          const [, ...rest] = given.sequence;
          const when: Sequence = { sequence: [{ event: OPENER, times, within }, ...rest] };
          const expected = [1, 2].flatMap((k) => counted(when, facts, k as Key, times, within));
          expect(fire(when, facts, 'keepFirst')).toEqual(sorted(expected));
        },
      ),
      { numRuns: 600 },
    );
  });

  it('ends with an exit of its key, or of none', () => {
    fc.assert(
      fc.property(conditionOfOneAttempt(), history([...NAMES, 'x']), (when, facts) => {
        const fired = fire(when, facts, 'parallel', { exit: [{ event: 'x' }] });
        const exited = (from: Fact, to: number): boolean =>
          facts.some((f) => (f.name as string) === 'x' && (f.key ?? from.key) === from.key && f.at >= from.at && f.at < to);
        const all = facts.flatMap((fact, turn) => {
          const at = fact.name === OPENER && fact.key !== undefined ? oracle(when, facts, turn) : undefined;
          return at === undefined ? [] : [{ fact, at }];
        });
        const may = all.filter(({ fact, at }) => !exited(fact, at)).map(({ at }) => at);
        const must = all.filter(({ fact, at }) => !exited(fact, at + SETTLE + 1)).map(({ at }) => at);
        const left = [...may];
        for (const at of fired) left.splice(left.indexOf(at) >>> 0, 1);
        expect([left.length, fired.length >= must.length]).toEqual([may.length - fired.length, true]);
        for (const at of must) expect(fired).toContain(at);
      }),
      { numRuns: 600 },
    );
  });
});
