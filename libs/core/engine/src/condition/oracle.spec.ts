import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { playEvents, type Played } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';

/** The engine against oracles that see the whole history at once and share no code with it. Small numbers, so that edges meet. */
const W = 20;
const SETTLE = 4;
type Fact = { readonly name: 'a' | 'b'; readonly at: number; readonly received: number; readonly key: 1 | 2 | undefined };

const program = (when: Json, onRepeat = 'keepFirst', by: string | null = 'k'): Program =>
  makeProgram([
    {
      name: 't',
      version: 1,
      revision: 1,
      state: 'live',
      document: makeTriggerDocument({ name: 't', by: by ?? undefined, when, onRepeat, time: { settle: `${SETTLE}ms` } }),
    },
  ]);
const toEvent = ({ name, at, received, key }: Fact, i: number): Event =>
  eventAt(at, name, key === undefined ? {} : { k: key }, { id: `e${i}`, received: makeInstant(START + received) });
const firings = (played: Played): number[] => played.actions.map((a) => a.decided - START).sort((a, b) => a - b);
const byNumber = (a: number, b: number): number => a - b;

const key = fc.constantFrom(1 as const, 1 as const, 2 as const, undefined);
/** Events in order, each received when it happened. */
const inOrder = fc
  .array(
    fc.record({ name: fc.constantFrom('a' as const, 'a' as const, 'b' as const), gap: fc.integer({ min: 0, max: 12 }), key }),
    { maxLength: 14 },
  )
  .map((steps) => {
    let at = 0;
    return steps.map(({ name, gap, key }): Fact => ({ name, at: (at += gap), received: at, key }));
  });
/** Events that reach us up to `delay` late, in the order in which they reach us. */
const delayed = (delay: number) =>
  fc
    .array(
      fc.record({
        name: fc.constantFrom('a' as const, 'b' as const),
        at: fc.integer({ min: 0, max: 90 }),
        late: fc.integer({ min: 0, max: delay }),
        key,
      }),
      { maxLength: 14 },
    )
    .map((facts) =>
      facts
        .map(({ name, at, late, key }): Fact => ({ name, at, received: at + late, key }))
        .sort((a, b) => a.received - b.received),
    );

/** A, but no B within W, one attempt at a time; a B of unknown key counts for every key. */
function absences(facts: readonly Fact[], onRepeat: 'keepFirst' | 'restart' | 'extend'): number[] {
  const fired: number[] = [];
  for (const k of [1, 2]) {
    let from = -1;
    let end = -1;
    const decideBefore = (at: number): void => {
      if (from >= 0 && at >= end) [from] = (fired.push(end), [-1]);
    };
    facts.forEach((fact, i) => {
      decideBefore(fact.at);
      if (fact.name === 'b' && (fact.key === k || fact.key === undefined)) from = -1;
      if (fact.name !== 'a' || fact.key !== k) return;
      const sameInstantB = facts
        .slice(0, i)
        .some((b) => b.name === 'b' && b.at === fact.at && (b.key === k || b.key === undefined));
      if (from < 0 && !sameInstantB) [from, end] = [fact.at, fact.at + W];
      else if (from >= 0 && onRepeat !== 'keepFirst') end = fact.at + W;
    });
    decideBefore(Number.POSITIVE_INFINITY);
  }
  return fired.sort(byNumber);
}

const RUNS = { numRuns: 600 };

describe('the engine agrees with an oracle that sees the whole history', () => {
  const absence = [{ event: 'a' }, { not: 'b', for: `${W}ms` }];

  it.each(['keepFirst', 'restart', 'extend'] as const)('on A but no B within W, by key, %s', (onRepeat) => {
    const p = program(absence, onRepeat);
    fc.assert(
      fc.property(inOrder, (facts) => {
        expect(firings(playEvents(p, 'u:ada', facts.map(toEvent), { recode: true }))).toEqual(absences(facts, onRepeat));
      }),
      RUNS,
    );
  });

  it('on every A for itself, however late and disordered the records come', () => {
    const p = program(absence, 'parallel');
    const expected = (facts: readonly Fact[]): number[] =>
      facts
        .filter((a) => a.name === 'a' && a.key !== undefined)
        .map((a) => ({ ...a, due: a.at + W + SETTLE }))
        .filter((a) => a.received < a.due)
        .filter(
          (a) =>
            !facts.some(
              (b) =>
                b.name === 'b' &&
                (b.key === undefined || b.key === a.key) &&
                b.at >= a.at &&
                b.at < a.at + W &&
                b.received < a.due,
            ),
        )
        .map((a) => a.at + W)
        .sort(byNumber);
    fc.assert(
      fc.property(delayed(40), (facts) => {
        expect(firings(playEvents(p, 'u:ada', facts.map(toEvent), { recode: true }))).toEqual(expected(facts));
      }),
      { numRuns: 1_500 },
    );
  });

  it('on inactivity, once per spell, with stragglers within settle', () => {
    const p = program([{ inactive: 'a', for: `${W}ms` }], 'keepFirst', null);
    const expected = (facts: readonly Fact[]): number[] => {
      const times = [...new Set(facts.filter((f) => f.name === 'a').map((f) => f.at))].sort(byNumber);
      return times.filter((at, i) => (times[i + 1] ?? Number.POSITIVE_INFINITY) >= at + W).map((at) => at + W);
    };
    fc.assert(
      fc.property(delayed(SETTLE - 1), (facts) => {
        expect(firings(playEvents(p, 'u:ada', facts.map(toEvent), { recode: true }))).toEqual(expected(facts));
      }),
      RUNS,
    );
  });

  it('on A then B within W, by key', () => {
    const sequence = program([{ event: 'a' }, { event: 'b', within: `${W}ms` }]);
    const expected = (facts: readonly Fact[]): number[] =>
      [1, 2]
        .flatMap((k) => {
          let from = Number.NEGATIVE_INFINITY;
          return facts.flatMap(({ name, key, at }) => {
            if (key !== k) return [];
            const isOpen = at < from + W;
            if (name === 'a' && !isOpen) from = at;
            if (name === 'a' || !isOpen) return [];
            from = Number.NEGATIVE_INFINITY;
            return [at];
          });
        })
        .sort(byNumber);
    fc.assert(
      fc.property(inOrder, (facts) => {
        expect(firings(playEvents(sequence, 'u:ada', facts.map(toEvent), { recode: true }))).toEqual(expected(facts));
      }),
      RUNS,
    );
  });
});

describe('the same input gives the same outputs', () => {
  const p = program([{ event: 'a' }, { not: 'b', for: `${W}ms` }], 'restart');

  it('whether or not the state is stored and read back after every step', () => {
    fc.assert(
      fc.property(delayed(40), (facts) => {
        const events = facts.map(toEvent);
        expect(playEvents(p, 'u:ada', events, { recode: true })).toEqual(playEvents(p, 'u:ada', events));
      }),
      RUNS,
    );
  });

  it('when records are repeated under their message ids', () => {
    fc.assert(
      fc.property(inOrder, fc.array(fc.nat(), { maxLength: 6 }), (facts, picks) => {
        const events = facts.map(toEvent);
        const repeated = picks.reduce((all, pick) => {
          const again = events[pick % Math.max(1, events.length)];
          return again === undefined
            ? all
            : [...all.slice(0, (pick % events.length) + 1), again, ...all.slice((pick % events.length) + 1)];
        }, events);
        const known = new Set<string>();
        const once = repeated.filter((e) => !known.has(e.id) && known.add(e.id));
        expect(playEvents(p, 'u:ada', repeated, { recode: true }).actions).toEqual(playEvents(p, 'u:ada', once).actions);
      }),
      RUNS,
    );
  });
});
