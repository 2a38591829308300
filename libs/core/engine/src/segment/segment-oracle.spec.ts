import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import type { Definition } from '../compile/definitions.js';
import { advance } from '../advance.js';
import type { Input, Output } from '../input.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import type { PersonState } from '../person/person-state.js';
import { playEvents } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';
import { nextTimer } from '../timers.js';

/**
 * Segments against an oracle that shares no code with the engine: it computes every aggregate from the whole history at every millisecond, and
 * from them who belongs.
 */
const SETTLE = 5;
const END = 140;
const WARM = 20;
type Name = 'a' | 'b';
type Fact = { readonly name: Name | 'traits'; readonly at: number; readonly received: number; readonly v: number };
type Kind = 'count' | 'sum' | 'min' | 'max' | 'first' | 'last' | 'distinct';
type Aggregate = { readonly kind: Kind; readonly event: Name; readonly within: number; readonly above: number };
type Answer = boolean | undefined;
/** `x` and `y` are the aggregates, `k` a number to compare with. */
type Rule = { readonly text: (k: number) => string; readonly of: (x: Maybe, y: Maybe, level: Maybe, k: number) => Answer };
type Maybe = number | undefined;
type Spec = {
  readonly x: Aggregate;
  readonly y: Aggregate;
  readonly rule: Rule;
  readonly k: number;
  /** How much less is needed to stay. */
  readonly less: number | undefined;
};

/** Three-valued, as the language has it: nothing is undefined. */
const num = (f: (...n: number[]) => number | boolean) => (...n: readonly (number | undefined)[]) => n.includes(undefined) ? undefined : f(...(n as number[])); // prettier-ignore
const more = (a: number | undefined, b: number): Answer => num((m = 0) => m > b)(a) as Answer;
const fewer = (a: number | undefined, b: number): Answer => num((m = 0) => m < b)(a) as Answer;
const plus = (a: number | undefined, b: number | undefined): number | undefined => num((m = 0, n = 0) => m + n)(a, b) as number | undefined; // prettier-ignore
const not = (a: Answer): Answer => (a === undefined ? undefined : !a);
const and = (a: Answer, b: Answer): Answer => (a === false || b === false ? false : a === true && b === true ? true : undefined);
const or = (a: Answer, b: Answer): Answer => not(and(not(a), not(b)));

const RULES: readonly Rule[] = [
  { text: (k) => `x > ${k}`, of: (x, _y, _l, k) => more(x, k) },
  { text: (k) => `x - y > ${k}`, of: (x, y, _l, k) => more(plus(x, y === undefined ? undefined : -y), k) },
  { text: (k) => `x > ${k} && y == 0`, of: (x, y, _l, k) => and(more(x, k), y === undefined ? undefined : y === 0) },
  { text: (k) => `x + y > ${k} && !(y > 3)`, of: (x, y, _l, k) => and(more(plus(x, y), k), not(more(y, 3))) },
  { text: (k) => `x < ${k} || y > ${k}`, of: (x, y, _l, k) => or(fewer(x, k), more(y, k)) },
  { text: (k) => `x + user.level > ${k}`, of: (x, _y, level, k) => more(plus(x, level), k) },
];
const take = (kind: Kind, values: readonly number[]): number | undefined => {
  if (kind === 'count') return values.length;
  if (kind === 'sum') return values.reduce((a, b) => a + b, 0);
  if (kind === 'distinct') return values.filter((v, i) => values.indexOf(v) === i).length;
  if (values.length === 0) return undefined;
  if (kind === 'min' || kind === 'max') return values.toSorted((a, b) => (kind === 'min' ? a - b : b - a))[0];
  return kind === 'first' ? values[0] : values.at(-1);
};

const document = ({ x, y, rule, k, less }: Spec): JsonObject => {
  const aggregate = ({ kind, event, within, above }: Aggregate): JsonObject => ({
    ...(kind === 'count' ? { count: event } : { [kind]: 'v', event }),
    ...(above > 0 ? { where: `v > ${above}` } : {}),
    within: `${within}ms`,
  });
  return {
    ...{ kind: 'segment', name: 'vip', let: { x: aggregate(x), y: aggregate(y) }, where: rule.text(k) },
    ...(less === undefined ? {} : { keep: rule.text(k - less) }),
    time: { settle: `${SETTLE}ms` },
  };
};

/** One that came when its own time was decided counts from the first instant that was not. */
const known = ({ at, received }: Fact): number => (received < at + SETTLE ? at : received - SETTLE + 1);

/** Every change of who belongs, told or not, from the whole history: `from` is when the segment was published. */
function oracle({ x, y, rule, k, less }: Spec, facts: readonly Fact[], from?: number): [string, number][] {
  const ordered = facts.map((f, turn) => ({ ...f, turn })).sort((a, b) => a.at - b.at || a.turn - b.turn);
  const at = (a: Aggregate, now: number): number | undefined =>
    take(
      a.kind,
      ordered.filter((f) => f.name === a.event && f.v > a.above && known(f) <= now && f.at > now - a.within).map((f) => f.v),
    );
  const judge = (now: number, before: Answer): Answer => {
    if (from !== undefined && now < from + Math.max(x.within, y.within)) return undefined;
    const [vx, vy] = [at(x, now), at(y, now)];
    const level = ordered.filter((f) => f.name === 'traits' && f.at <= now).at(-1)?.v;
    const says = (limit: number): Answer => rule.of(vx, vy, level, limit);
    return before === true && less !== undefined ? or(says(k), says(k - less)) : says(k);
  };
  const told: [string, number][] = [];
  let member = judge(-1, undefined);
  const last = Math.max(0, ...ordered.map((f) => f.at));
  for (let now = 0; now <= Math.max(last + Math.max(x.within, y.within), END); now++) {
    const next = judge(now, member);
    if (next !== member && next !== undefined && member !== undefined) told.push([next ? 'in' : 'out', now]);
    member = next;
  }
  return told;
}

const WATCHING = ['enters', 'leaves'].map((what): Definition => ({
  ...{ name: what === 'enters' ? 'in' : 'out', version: 1, revision: 1, state: 'live' },
  document: makeTriggerDocument({
    ...{ name: what === 'enters' ? 'in' : 'out', by: undefined, when: [{ [what]: 'vip' }] as Json, onRepeat: 'parallel' },
    time: { settle: `${SETTLE}ms` },
  }),
}));
function program(spec: Spec, from?: number): Program {
  const since = from === undefined ? {} : { since: makeInstant(START + from) };
  const vip: Definition = {
    kind: 'segment',
    name: 'vip',
    version: 1,
    revision: 1,
    state: 'live',
    document: document(spec),
    ...since,
  };
  const made = makeProgram([vip, ...WATCHING]);
  expect(made.problems).toEqual([]);
  return made;
}
const toEvent = ({ name, at, received, v }: Fact, i: number): Event =>
  eventAt(at, name === 'traits' ? '$identify' : name, name === 'traits' ? {} : { v }, {
    ...{ id: `e${i}`, received: makeInstant(START + received) },
    ...(name === 'traits' ? { type: 'identify', traits: { level: v } } : {}),
  });
const told = (spec: Spec, facts: readonly Fact[], from?: number): [string, number][] =>
  playEvents(program(spec, from), 'u:ada', facts.map(toEvent), { recode: true })
    .actions.map((a): [string, number] => [a.trigger, a.decided - START])
    .sort((a, b) => a[1] - b[1]);

/** With no tick before the last record. */
function toldLate(spec: Spec, facts: readonly Fact[]): [string, number][] {
  const p = program(spec);
  const outputs: Output[] = [];
  let state: PersonState | undefined;
  const apply = (input: Input): void => {
    const advanced = advance(p, 'u:ada', state, input);
    outputs.push(...advanced.outputs);
    state = advanced.state === undefined ? undefined : decodePerson(encodePerson(advanced.state));
  };
  facts.forEach((fact, i) => apply({ kind: 'event', event: toEvent(fact, i), clock: START }));
  for (let n = state && nextTimer(state); n !== undefined && n.due < START + 10_000; n = state && nextTimer(state))
    apply({ kind: 'timer', due: n.due, clock: n.due });
  return outputs
    .flatMap((o): [string, number][] => (o.kind === 'action' ? [[o.trigger, o.decided - START]] : []))
    .sort((a, b) => a[1] - b[1]);
}

const aggregate: fc.Arbitrary<Aggregate> = fc.record({
  kind: fc.constantFrom('count', 'sum', 'min', 'max', 'first', 'last', 'distinct'),
  event: fc.constantFrom('a', 'b'),
  within: fc.integer({ min: 1, max: 40 }),
  above: fc.constantFrom(0, 0, 1),
});
const spec: fc.Arbitrary<Spec> = fc.record({
  x: aggregate,
  y: aggregate,
  rule: fc.constantFrom(...RULES),
  k: fc.integer({ min: 0, max: 6 }),
  less: fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined }),
});
const history = (delay: number, traits: boolean): fc.Arbitrary<readonly Fact[]> =>
  fc
    .array(
      fc.record({
        name: fc.constantFrom<Fact['name']>('a', 'a', 'b', traits ? 'traits' : 'b'),
        at: fc.integer({ min: 0, max: END }),
        late: fc.integer({ min: 0, max: delay }),
        v: fc.integer({ min: 1, max: 5 }),
      }),
      { maxLength: 24 },
    )
    .map((facts) =>
      facts.map(({ late, ...f }) => ({ ...f, received: f.at + late })).sort((a, b) => a.received - b.received || a.at - b.at),
    );
const noTraits = spec.filter(({ rule }) => !rule.text(0).includes('level'));

/** Nobody joins it at once: more events may also keep somebody out. */
const isByTheClock = ({ rule, x }: Spec): boolean => rule.text(0).includes('== 0') || ['sum', 'first', 'last'].includes(x.kind);

describe('a segment', () => {
  it('is entered and left when the whole history says so', () => {
    fc.assert(
      fc.property(noTraits, history(0, false), (given, facts) => {
        expect(told(given, facts)).toEqual(oracle(given, facts));
      }),
      { numRuns: 1_500 },
    );
  });

  it('does not depend on the order in which records come, as long as they come before settle is over', () => {
    fc.assert(
      fc.property(noTraits.filter(isByTheClock), history(SETTLE - 1, false), (given, facts) => {
        expect(told(given, facts)).toEqual(oracle(given, facts));
      }),
      { numRuns: 1_500 },
    );
  });

  it('is decided alike by late ticks and by punctual ones, also where records come after settle', () => {
    fc.assert(
      fc.property(noTraits.filter(isByTheClock), history(4 * SETTLE, false), (given, facts) => {
        expect(told(given, facts)).toEqual(oracle(given, facts));
        expect(toldLate(given, facts)).toEqual(oracle(given, facts));
      }),
      { numRuns: 700 },
    );
  });

  it('knows nothing while it is warming, and is silent about what it finds then', () => {
    fc.assert(
      fc.property(noTraits, history(0, false), fc.integer({ min: 0, max: WARM }), (given, facts, from) => {
        const seen = facts.filter(({ at }) => at >= from);
        expect(told(given, seen, from)).toEqual(oracle(given, seen, from));
      }),
      { numRuns: 700 },
    );
  });

  it('reads traits as they are', () => {
    const apart = <T extends Aggregate>(a: T): T => ({ ...a, within: a.within * (SETTLE + 1) });
    const level = spec.map((s) => ({ ...s, rule: RULES[5]!, x: apart(s.x), y: apart(s.y) }));
    const facts = fc
      .uniqueArray(
        history(0, true)
          .filter((h) => h.length > 0)
          .map((h) => h[0]!),
        { selector: (f) => f.at, maxLength: 20 },
      )
      .map((all) =>
        all.map((f) => ({ ...f, at: f.at * (SETTLE + 1), received: f.at * (SETTLE + 1) })).sort((a, b) => a.at - b.at),
      );
    fc.assert(
      fc.property(level, facts, (given, all) => {
        expect(told(given, all)).toEqual(oracle(given, all));
      }),
      { numRuns: 300 },
    );
  });
});
