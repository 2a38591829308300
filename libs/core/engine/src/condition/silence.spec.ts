import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { makeProgram, type Program } from '../compile/program.js';
import type { PlayOptions } from '../play/person-play.js';
import { playEvents, type Played } from '../play/play.js';
import { eyesOf, inTurn, oracle } from './condition-oracle.rig.js';
import {
  condition,
  history,
  length,
  NAMES,
  OPENER,
  program as programOf,
  SETTLE,
  toEvent,
  type Fact,
  type Sequence,
} from './conditions.rig.js';

const made = (when: Json, fields: { readonly [field: string]: Json } = {}): Program =>
  makeProgram([
    {
      ...{ name: 't', version: 1, revision: 1, state: 'live' },
      document: makeTriggerDocument({ name: 't', by: undefined, when, time: { settle: `${SETTLE}ms` }, ...fields }),
    },
  ]);
const program = (when: Json, fields: { readonly [field: string]: Json } = {}): Program => {
  const answer = made(when, fields);
  expect(answer.problems).toEqual([]);
  return answer;
};
type Told = readonly [name: string, at: number, properties?: Event['properties'], received?: number];
const play = (p: Program, told: readonly Told[], options: PlayOptions = {}): Played =>
  playEvents(
    p,
    'u:ada',
    told.map(([name, at, properties = {}, received = at], i) =>
      eventAt(at, name, properties, { id: `e${i}`, received: makeInstant(START + received) }),
    ),
    { recode: true, ...options },
  );
const firings = (played: Played): number[] => played.actions.map((a) => a.decided - START);

describe('silence after an element', () => {
  const p = program([{ event: 'order' }, { inactive: 'login', for: '10ms' }]);
  it.each([
    [9, [19]],
    [10, [10]],
    [11, [10]],
  ])('begins anew with an event at %i', (at, expected) => {
    expect(firings(play(p, [['order', 0], ['login', at]]))).toEqual(expected); // prettier-ignore
  });

  it('counts from the element before, whatever came before that, and what came at that instant', () => {
    expect(firings(play(p, [['login', -5], ['order', 0]]))).toEqual([10]); // prettier-ignore
    expect(firings(play(p, [['order', 0], ['login', 0]]))).toEqual([10]); // prettier-ignore
  });

  it('begins anew with one that comes late, until it has settled', () => {
    expect(firings(play(p, [['order', 0], ['login', 9, {}, 14]]))).toEqual([19]); // prettier-ignore
    expect(firings(play(p, [['order', 0], ['login', 9, {}, 15]]))).toEqual([10]); // prettier-ignore
  });

  it('stays decided while something else is waited for', () => {
    const both = program([{ event: 'order' }, { all: [{ inactive: 'login', for: '10ms' }, { event: 'paid' }] }]);
    expect(firings(play(both, [['order', 0], ['login', 9, {}, 15], ['paid', 16]]))).toEqual([16]); // prettier-ignore
  });

  it('knows what came before a first event that comes late', () => {
    expect(firings(play(p, [['login', 6], ['login', 12], ['order', 0, {}, 13]]))).toEqual([22]); // prettier-ignore
  });

  it('goes on through more activity than is kept singly', () => {
    const often = Array.from({ length: 40 }, (_, i): Told => ['login', 3 + 7 * i]);
    const played = play(p, [['order', 0], ...often]);
    expect(firings(played)).toEqual([3 + 7 * 39 + 10]);
  });

  it('is of the person, whatever the key of the attempt', () => {
    const keyed = program([{ event: 'order' }, { inactive: 'login', for: '10ms' }], { by: 'k' });
    expect(firings(play(keyed, [['order', 0, { k: 'x' }], ['order', 1, { k: 'y' }], ['login', 5], ['login', 8, { k: 'z' }]]))).toEqual([18, 18]); // prettier-ignore
  });

  it('recalls what is held when the person is back, also after the silence', () => {
    const held: PlayOptions = { outcome: () => undefined };
    const before = play(p, [['order', 0], ['login', 9, {}, 16]], held); // prettier-ignore
    const after = play(p, [['order', 0], ['login', 12, {}, 16]], held); // prettier-ignore
    expect([before, after].map(({ recalls }) => recalls.map(({ reason }) => reason))).toEqual([['violated'], ['violated']]);
  });

  it('knows when it began, and a wait counts from there', () => {
    const named = program([{ event: 'order' }, { inactive: 'login', for: '10ms', as: 'spell' }, { not: 'x', for: '4ms' }], {
      do: [{ wait: { since: 'spell', for: '50ms' } }, { id: 'mail', email: 'hello', with: { since: 'spell.since' } }],
    });
    const played = play(named, [['order', 0], ['login', 4], ['login', 6]]); // prettier-ignore
    expect(firings(played)).toEqual([56]);
    expect(played.actions[0]?.data).toEqual({ since: new Date(START + 6).toISOString() });
  });
});

/** When each silence is over that begins with one of these and is told once. */
const spellsOf = (facts: readonly Fact[], name: string, span: number): number[] => {
  const times = facts.filter((fact) => name === 'any' || fact.name === name).map(({ at }) => at);
  return times.filter((at, i) => (times[i + 1] ?? Infinity) >= at + span && times[i + 1] !== at).map((at) => at + span);
};

describe('silence that begins a condition as one of several', () => {
  it('completes when the whole history says so, whatever follows', () => {
    const any = fc.constantFrom(...NAMES, OPENER, 'any' as const);
    let [silent, woken] = [0, 0];
    fc.assert(
      fc.property(condition(), history(0), any, fc.integer({ min: SETTLE, max: 25 }), fc.nat(2), (when, facts, name, span, n) => {
        const rest = when.sequence.slice(1, 1 + n);
        const sequence: Sequence['sequence'] = [{ any: [{ inactive: name, for: span }, { event: OPENER }] }, ...rest];
        const p = programOf({ sequence }, 'parallel');
        if (p.problems.length > 0) return;
        const turned = facts.map((fact, turn) => ({ ...fact, turn }));
        const after = (at: number): number[] => {
          const before = turned.filter((fact) => fact.at <= at);
          let state = inTurn(rest, 0, { at, turn: -1 }, Number.MAX_SAFE_INTEGER, before, () => eyesOf(undefined));
          for (let now = at; now <= 600 && 'step' in state; now++) state = state.step(now, turned.filter((fact) => fact.at === now)); // prettier-ignore
          return 'done' in state ? [state.done.at] : [];
        };
        const ofEvents = facts.flatMap((fact, i) =>
          fact.name === OPENER ? [oracle({ sequence: [{ event: OPENER }, ...rest] }, facts, i) ?? []].flat() : [],
        );
        const ofSpells = spellsOf(facts, name, span).flatMap(after);
        const fired = firings(playEvents(p, 'u:ada', facts.map(toEvent), { recode: true }));
        expect(fired.sort((a, b) => a - b)).toEqual([...ofEvents, ...ofSpells].sort((a, b) => a - b));
        [silent, woken] = [silent + ofSpells.length, woken + ofEvents.length];
      }),
      { numRuns: 500 },
    );
    expect([silent > 100, woken > 100]).toEqual([true, true]);
  });

  const win = [{ any: [{ inactive: 'login', for: '30ms' }, { event: 'cancelled' }] }];
  it('needs a first event of its own, as a silence alone does', () => {
    expect(firings(play(program(win), [['cancelled', 0]]))).toEqual([0]);
    expect(firings(play(program(win), [['login', 0]]))).toEqual([30]);
    expect(firings(play(program(win), [['login', 0], ['login', 29], ['cancelled', 40]]))).toEqual([40, 59]); // prettier-ignore
  });

  it('is not what an attempt falls into that something else began', () => {
    const order = { sequence: [{ event: 'order' }, { event: 'paid', within: '50ms' }] };
    const p = program([{ any: [{ inactive: 'login', for: '30ms' }, order] }]);
    expect(firings(play(p, [['order', 0]]))).toEqual([]);
    expect(firings(play(p, [['order', 0], ['paid', 40]]))).toEqual([40]); // prettier-ignore
  });

  it('meets an attempt that is open as a further first event does', () => {
    const steps = { do: [{ id: 'one', email: 'hello' }, { wait: { for: '100ms' } }, { id: 'two', email: 'hello' }] };
    const told: Told[] = [['login', 0], ['cancelled', 5]]; // prettier-ignore
    expect(firings(play(program(win, steps), told))).toEqual([5, 105]);
    expect(firings(play(program(win, { ...steps, onRepeat: 'parallel' }), told))).toEqual([5, 30, 105, 130]);
    expect(firings(play(program(win, steps), [['login', 0], ['cancelled', 36]]))).toEqual([30, 130]); // prettier-ignore
  });

  it('is told again where it says so', () => {
    const again = [{ any: [{ inactive: 'login', for: '30ms', again: { every: '20ms', atMost: 3 } }, { event: 'cancelled' }] }];
    expect(firings(play(program(again), [['login', 0]]))).toEqual([30, 50, 70]);
  });

  it('asks at its end what was seen, in whatever order that is written', () => {
    const silence = { inactive: 'login', for: '14ms', as: 'spell' };
    const seen = { seen: 'purchase', within: '30ms' };
    for (const all of [
      [silence, seen],
      [seen, silence],
    ]) {
      const p = program([{ all }]);
      expect(firings(play(p, [['purchase', 0], ['login', 15]]))).toEqual([29]); // prettier-ignore
      expect(firings(play(p, [['purchase', 0], ['login', 16]]))).toEqual([]); // prettier-ignore
      expect(firings(play(p, [['login', 15]]))).toEqual([]);
      expect(firings(play(p, [['login', 15], ['purchase', 20]]))).toEqual([29]); // prettier-ignore
    }
  });
});

describe('what has no meaning is refused', () => {
  const problems = (when: Json, fields: { readonly [field: string]: Json } = {}): string[] =>
    made(when, fields).problems.map(({ path, message }) => `${path}: ${message}`);
  const again = { every: '1d', atMost: 2 };
  const silence = { inactive: 'login', for: '2d' };
  it.each<readonly [Json, RegExp]>([
    [[{ event: 'a' }, { ...silence, again }], /^when\.1\.again: is told once here/],
    [[{ event: 'a' }, { any: [{ event: 'b' }, { ...silence, again }] }], /^when\.1\.any\.1\.again: is told once here/],
    [[{ all: [silence, { event: 'a' }] }], /^when\.0\.all\.1: beside an `inactive` .* takes `seen` and `notSeen`/],
    [
      [{ all: [{ any: [silence, { event: 'b' }] }, { seen: 'a', within: '1d' }] }],
      /^when\.0\.all\.1: nothing comes before|^when\.0\.all\.0/,
    ],
    [[{ any: [silence, { inactive: 'order', for: '1d' }] }], /^when\.0\.any\.1: .* write a trigger for each/],
    [
      [{ event: 'a' }, { any: [silence, { event: 'b' }], within: '1d' }],
      /^when\.1\.any\.0\.for: is longer than the group may last/,
    ],
    [{ sequence: [{ event: 'a' }, silence], within: '1d' }, /^when\.sequence\.1\.for: is longer than the sequence may last/],
  ])('%j', (when, expected) => {
    expect(problems(when)[0]).toMatch(expected);
  });

  it('a key, and a repeat that a silence cannot be', () => {
    const when = [{ any: [silence, { event: 'a' }] }];
    expect(problems(when, { by: 'k' })).toContainEqual(expect.stringMatching(/^by: silence is a person's/));
    expect(problems(when, { onRepeat: 'restart' })).toContainEqual(expect.stringMatching(/^onRepeat: restart needs a first/));
  });
});

it('silence is decided the same in whatever order records come', () => {
  const any = fc.constantFrom(...NAMES, OPENER, 'any' as const);
  const silent = fc.record({ inactive: any, for: length });
  fc.assert(
    fc.property(condition(silent), history(SETTLE - 1), (when, facts) => {
      const p = programOf(when, 'parallel');
      const fired = (list: readonly Fact[]): number[] =>
        firings(playEvents(p, 'u:ada', list.map(toEvent), { recode: true })).sort((a, b) => a - b);
      const inOrder = facts.map((fact) => ({ ...fact, received: fact.at })).sort((a, b) => a.at - b.at);
      expect(fired(facts)).toEqual(fired(inOrder));
    }),
    { numRuns: 400 },
  );
});
