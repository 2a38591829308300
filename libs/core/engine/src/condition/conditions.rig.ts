import { makeInstant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { makeProgram, type Program } from '../compile/program.js';

/** Conditions of any composition, and histories for them: small numbers, so that edges meet. */
export const SETTLE = 5;
export const NAMES = ['a', 'b', 'c'] as const;
/** What opens an attempt is nothing else at the same time: an event that moves one attempt on does not open another. */
export const OPENER = 'o';
export type Name = (typeof NAMES)[number] | typeof OPENER;
export type Key = 1 | 2 | undefined;
export type Fact = { readonly name: Name; readonly at: number; readonly received: number; readonly key?: Key };

export type Condition =
  | { readonly event: Name; readonly within?: number | undefined }
  | { readonly event: Name; readonly times: number; readonly within: number }
  | { readonly not: Name; readonly for?: number | undefined }
  | { readonly inactive: Name | 'any'; readonly for: number }
  | { readonly seen: Name; readonly within: number }
  | { readonly notSeen: Name; readonly within: number }
  | { readonly sequence: readonly Condition[]; readonly within?: number | undefined }
  | { readonly all: readonly Condition[]; readonly within?: number | undefined }
  | { readonly any: readonly Condition[]; readonly within?: number | undefined };

export type Sequence = Extract<Condition, { sequence: unknown }>;

export const spans = (value: unknown): Json =>
  JSON.parse(JSON.stringify(value), (key, v: unknown) =>
    (key === 'within' || key === 'for') && typeof v === 'number' ? `${v}ms` : v,
  ) as Json;

export const program = (when: Sequence, onRepeat: string, fields: { readonly [field: string]: Json } = {}): Program =>
  makeProgram([
    {
      name: 't',
      version: 1,
      revision: 1,
      state: 'live',
      document: makeTriggerDocument({
        ...{ name: 't', by: undefined, when: spans(when), onRepeat, time: { settle: `${SETTLE}ms` } },
        ...fields,
      }),
    },
  ]);

export const name = fc.constantFrom(...NAMES);
export const length = fc.integer({ min: 1, max: 25 });
const within = fc.option(length, { nil: undefined });
const drop = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
const leaf: fc.Arbitrary<Condition> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ event: name, within }) },
  { weight: 1, arbitrary: fc.record({ event: name, times: fc.integer({ min: 2, max: 3 }), within: length }) },
  { weight: 2, arbitrary: fc.record({ not: name, for: length }) },
  { weight: 2, arbitrary: fc.record({ inactive: fc.constantFrom(...NAMES, OPENER, 'any' as const), for: length }) },
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

/** Those whose attempts no first event ends: an event that ends one begins the next, and the oracles of one attempt at a time have it do one or the other. */
export const conditionOfOneAttempt = () => condition().filter((when) => !/"inactive":"(any|o)"/.test(JSON.stringify(when)));

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
/** One thing after the other, each told at once. */
export const historyInOrder: fc.Arbitrary<readonly Fact[]> = fc
  .array(fc.record({ name: fc.constantFrom(OPENER, ...NAMES), gap: fc.integer({ min: 1, max: 8 }) }), {
    minLength: 2,
    maxLength: 18,
  })
  .map((steps) => {
    let at = 0;
    return steps.map(({ name, gap }): Fact => ({ name, at: (at += gap), received: at }));
  });

export const toEvent = ({ name, at, received, key }: Fact, i: number): Event =>
  eventAt(at, name, key === undefined ? {} : { k: key }, { id: `e${i}`, received: makeInstant(START + received) });
