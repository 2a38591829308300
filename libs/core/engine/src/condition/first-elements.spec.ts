import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { playEvents, type Played } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';

const W = 20;
const program = (when: Json, fields: { readonly [field: string]: Json } = {}): Program => {
  const made = makeProgram([
    {
      name: 't',
      version: 1,
      revision: 1,
      state: 'live',
      document: makeTriggerDocument({ name: 't', by: undefined, when, time: { settle: '3ms' }, ...fields }),
    },
  ]);
  expect(made.problems).toEqual([]);
  return made;
};
type Fact = readonly [name: string, at: number];
const play = (p: Program, facts: readonly Fact[], fields: (i: number) => Partial<Event> = () => ({})): Played =>
  playEvents(
    p,
    'u:ada',
    facts.map(([name, at], i) => eventAt(at, name, {}, { id: `e${i}`, ...fields(i) })),
    { recode: true },
  );
const firings = (played: Played): number[] => played.actions.map((a) => a.decided - START);

const facts = fc
  .array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 12 })), { maxLength: 20 })
  .map((steps) => {
    let at = 0;
    return steps.map(([name, gap]): Fact => [name, (at += gap)]);
  });

describe('a first element that takes several events', () => {
  it('completes at the third within the span, and then starts afresh', () => {
    const p = program([{ event: 'a', times: 3, within: `${W}ms` }]);
    const expected = (history: readonly Fact[]): number[] => {
      let window: number[] = [];
      return history.flatMap(([name, at]) => {
        if (name !== 'a') return [];
        window = [...window.filter((before) => at < before + W), at];
        if (window.length < 3) return [];
        window = [];
        return [at];
      });
    };
    fc.assert(
      fc.property(facts, (history) => expect(firings(play(p, history))).toEqual(expected(history))),
      { numRuns: 800 },
    );
  });

  it.each([19, 20, 21])('counts to the millisecond: the third after %i', (gap) => {
    const p = program([{ event: 'a', times: 3, within: `${W}ms` }]);
    expect(firings(play(p, [['a', 0], ['a', 5], ['a', gap]]))).toEqual(gap < W ? [gap] : []); // prettier-ignore
  });

  it('slides: the first is let go when its window is over, the others still count', () => {
    const p = program([{ event: 'a', times: 3, within: `${W}ms` }]);
    expect(firings(play(p, [['a', 0], ['a', 15], ['a', 30], ['a', 34]]))).toEqual([34]); // prettier-ignore
  });

  it('takes all of a group in any order, within the span, sliding', () => {
    const p = program([{ all: [{ event: 'a' }, { event: 'b' }], within: `${W}ms` }]);
    const expected = (history: readonly Fact[]): number[] => {
      let window: Fact[] = [];
      return history.flatMap((fact) => {
        const [name, at] = fact;
        if (name === 'c') return [];
        window = [...window.filter(([, before]) => at < before + W), fact];
        if (!window.some(([n]) => n === 'a') || !window.some(([n]) => n === 'b')) return [];
        window = [];
        return [at];
      });
    };
    fc.assert(
      fc.property(facts, (history) => expect(firings(play(p, history))).toEqual(expected(history))),
      { numRuns: 800 },
    );
  });

  it('may turn out to have begun earlier', () => {
    const p = program([
      { all: [{ event: 'a' }, { event: 'b' }], within: `${W}ms` },
      { not: 'c', for: '10ms' },
    ]);
    const late = (at: number): Partial<Event> => ({ received: makeInstant(START + at) });
    expect(firings(play(p, [['b', 30], ['a', 12]], (i) => (i === 1 ? late(31) : {})))).toEqual([40]); // prettier-ignore
    expect(firings(play(p, [['b', 33], ['a', 12]], (i) => (i === 1 ? late(34) : {})))).toEqual([]); // prettier-ignore
  });

  it('goes on as any other: a violated attempt ends alone', () => {
    const p = program([
      { event: 'a', times: 2, within: `${W}ms` },
      { not: 'b', for: '10ms' },
    ]);
    expect(firings(play(p, [['a', 0], ['a', 4], ['b', 8], ['a', 9], ['a', 12]]))).toEqual([22]); // prettier-ignore
  });

  it('is any of several, the first that comes', () => {
    const p = program([{ any: [{ event: 'a' }, { event: 'b' }] }, { event: 'c', within: '10ms' }], { onRepeat: 'restart' });
    expect(firings(play(p, [['b', 0], ['c', 9], ['a', 20], ['b', 25], ['c', 34]]))).toEqual([9, 34]); // prettier-ignore
  });
});

describe('what people see', () => {
  const page = (path: string): Partial<Event> => ({ type: 'page', properties: { path } });
  const pages = (p: Program, list: readonly (readonly [path: string, at: number])[]): number[] =>
    firings(play(p, list.map(([path, at]): Fact => [path === 'left' ? 'page.left' : '$page', at]), (i) => page(list[i]?.[0] ?? ''))); // prettier-ignore

  it('is a page by its path, or by the path in its address', () => {
    const p = program([{ page: '/product/*' }]);
    expect(pages(p, [['/product/7', 0], ['/products', 1], ['/product/', 2]])).toEqual([0, 2]); // prettier-ignore
    const url = { properties: { url: 'https://shop.example/product/7?x=/y' } };
    expect(firings(play(p, [['$page', 0]], () => url))).toEqual([0]);
    expect(play(p, [['$page', 0]], () => ({ properties: {} })).notices).toContainEqual({
      kind: 'notice',
      name: 'event-unknown',
      trigger: 't',
    });
  });

  it('is a click by its text, a screen by its name, leaving by the path', () => {
    const named = (name: string, properties: Event['properties'], when: Json): number[] =>
      firings(play(program([when]), [[name, 0]], () => ({ properties })));
    expect(named('element.clicked', { text: 'Buy now' }, { click: 'Buy*' })).toEqual([0]);
    expect(named('element.clicked', { text: 'Sell' }, { click: 'Buy*' })).toEqual([]);
    expect(named('$screen', { name: 'Home' }, { screen: 'Home' })).toEqual([0]);
    expect(named('page.left', { path: '/cart' }, { leave: '/ca*t' })).toEqual([0]);
  });

  it('is staying on a page: not on another, and not gone', () => {
    const p = program([{ stay: '/pricing*', for: '3m' }], { time: {} });
    const minute = 60_000;
    expect(pages(p, [['/pricing', 0]])).toEqual([3 * minute]); // prettier-ignore
    expect(pages(p, [['/pricing', 0], ['/about', 3 * minute - 1]])).toEqual([]); // prettier-ignore
    expect(pages(p, [['/pricing', 0], ['left', minute]])).toEqual([]); // prettier-ignore
    expect(pages(p, [['/pricing', 0], ['/about', 3 * minute]])).toEqual([3 * minute]); // prettier-ignore
    expect(pages(p, [['/pricing', 0], ['/pricing/team', minute]])).toEqual([4 * minute]); // prettier-ignore
  });
});

describe('a trait that changes', () => {
  const told = (list: readonly (readonly [at: number, traits: Event['traits']])[], when: Json): Played =>
    play(program([when]), list.map(([at]): Fact => ['$identify', at]), (i) => ({ type: 'identify', traits: list[i]?.[1] ?? {} })); // prettier-ignore

  it('is seen by what it was and what it is', () => {
    const upgrade = { changed: 'user.plan', from: 'free', to: 'pro' };
    expect(firings(told([[0, { plan: 'free' }], [1, { plan: 'pro' }], [2, { plan: 'pro' }]], upgrade))).toEqual([1]); // prettier-ignore
    expect(firings(told([[0, { plan: 'pro' }]], upgrade))).toEqual([]); // prettier-ignore
    expect(firings(told([[0, { plan: 'pro' }], [1, { name: 'Ada' }], [2, { plan: 'free' }]], { changed: 'user.plan' }))).toEqual([0, 2]); // prettier-ignore
  });

  it('may come into being and go', () => {
    expect(firings(told([[0, { vip: true }], [1, { vip: null }]], { changed: 'user.vip', to: null }))).toEqual([1]); // prettier-ignore
    expect(firings(told([[0, { vip: true }], [1, { vip: null }]], { changed: 'user.vip', from: null }))).toEqual([0]); // prettier-ignore
  });
});

describe('looking back', () => {
  const sees = program([{ event: 'a' }, { seen: 'b', within: `${W}ms` }]);
  const misses = program([{ event: 'a' }, { notSeen: 'b', within: `${W}ms` }]);

  it.each([
    [0, true],
    [1, true],
    [19, true],
    [20, false],
    [21, false],
  ] as const)('at an event %i before', (gap, there) => {
    // prettier-ignore
    const history: Fact[] = [['b', 10], ['a', 10 + gap]];
    expect(firings(play(sees, history))).toEqual(there ? [10 + gap] : []);
    expect(firings(play(misses, history))).toEqual(there ? [] : [10 + gap]);
  });

  it('waits for stragglers before it says that there was none', () => {
    const straggler = (i: number): Partial<Event> => (i === 1 ? { received: makeInstant(START + 12) } : {});
    expect(
      firings(
        play(
          misses,
          [
            ['a', 10],
            ['b', 9],
          ],
          straggler,
        ),
      ),
    ).toEqual([]);
    expect(
      firings(
        play(
          sees,
          [
            ['a', 10],
            ['b', 9],
          ],
          straggler,
        ),
      ),
    ).toEqual([10]);
    expect(play(misses, [['a', 10]]).actions.map((a) => a.ready - START)).toEqual([13]);
  });

  it('knows nothing from before the trigger began to look', () => {
    const since = (ms: number): Program => {
      const document = makeTriggerDocument({ name: 't', by: undefined, when: [{ event: 'a' }, { notSeen: 'b', within: `${W}ms` }], time: { settle: '3ms' } }); // prettier-ignore
      return makeProgram([{ name: 't', version: 1, revision: 1, state: 'live', document, since: makeInstant(START + ms) }]);
    };
    const played = play(since(5), [
      ['a', 24],
      ['a', 25],
    ]);
    expect(firings(played)).toEqual([25]);
    expect(played.notices).toContainEqual({ kind: 'notice', name: 'condition-unknown', trigger: 't' });
  });
});
