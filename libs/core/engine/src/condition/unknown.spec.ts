import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Json, type JsonObject } from '@tripline/kernel';
import { eventAt, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { condition, NAMES, OPENER, program, type Condition, type Sequence } from './conditions.rig.js';
import { playEvents } from '../play/play.js';

/**
 * What is unknown never leads to a message: an event of which `where` cannot be said is, where it is wanted, as if it were not one, and where
 * it must not be, as if it were. So a history with properties missing fires exactly as the one in which they are false, or true.
 */
type Given = { readonly name: string; readonly at: number; readonly received: number; readonly properties: JsonObject };
const maybe = fc.constantFrom(true, true, false, undefined);
const history = (late: number): fc.Arbitrary<readonly Given[]> =>
  fc
    .array(
      fc.record({
        name: fc.constantFrom(OPENER, ...NAMES, 'x'),
        at: fc.integer({ min: 0, max: 60 }),
        late: fc.integer({ min: 0, max: late }),
        p: maybe,
        q: maybe,
        k: fc.constantFrom(1, 1, 2, undefined),
      }),
      { minLength: 1, maxLength: 16 },
    )
    .map((list) =>
      list
        .map(({ name, at, late, ...properties }) => ({
          ...{ name, at, received: at + late },
          properties: JSON.parse(JSON.stringify(properties)) as JsonObject,
        }))
        .sort((a, b) => a.received - b.received || a.at - b.at),
    );
const isDenying = (c: object): boolean => 'not' in c || 'notSeen' in c;
/** The condition with a test on every leaf. */
const tested = (when: Sequence, test: (leaf: Condition) => JsonObject): Sequence =>
  JSON.parse(JSON.stringify(when), (_, value: unknown) => {
    const isLeaf = ['event', 'not', 'seen', 'notSeen'].some((f) => value !== null && typeof value === 'object' && f in value);
    return isLeaf ? { ...(value as object), ...test(value as Condition) } : value;
  }) as Sequence;
const fire = (when: Sequence, list: readonly Given[], onRepeat: string, fields: { readonly [field: string]: Json } = {}) => {
  const made = program(when, onRepeat, fields);
  expect(made.problems).toEqual([]);
  const events = list.map(({ name, at, received, properties }, i) =>
    eventAt(at, name, properties, { id: `e${i}`, received: makeInstant(START + received) }),
  );
  return playEvents(made, 'u:ada', events, { recode: true }).actions.map((a) => a.decided - START);
};
const onRepeats = fc.constantFrom('keepFirst', 'restart', 'extend', 'parallel');

describe('what is unknown', () => {
  it('is not there where it is wanted, and is there where it must not be, however late it comes', () => {
    let fired = 0;
    fc.assert(
      fc.property(condition(), history(12), onRepeats, (when, list, onRepeat) => {
        const asked = tested(when, (leaf) => ({ where: isDenying(leaf) ? 'q' : 'p' }));
        const known = list.map((each) => ({ ...each, properties: { p: false, q: true, ...each.properties } }));
        const fields = { by: 'k', exit: [{ event: 'x', where: 'q' }] };
        const actual = fire(asked, list, onRepeat, fields);
        expect(actual).toEqual(fire(asked, known, onRepeat, fields));
        fired += actual.length;
      }),
      { numRuns: 600 },
    );
    expect(fired).toBeGreaterThan(5);
  });

  it('is no state that acts: an unknown guard is one that says no, an unknown exit state none', () => {
    fc.assert(
      fc.property(condition(), history(0), onRepeats, (when, list, onRepeat) => {
        expect(fire(when, list, onRepeat, { if: 'user.lost' })).toEqual([]);
        expect(fire(when, list, onRepeat, { exit: [{ is: 'user.lost' }] })).toEqual(fire(when, list, onRepeat));
      }),
      { numRuns: 150 },
    );
  });

  it('is the property of an element before where that lacks it: a join by alias is one by the key', () => {
    const looks = (when: Sequence): boolean => /"(seen|notSeen)":/.test(JSON.stringify(when));
    // An attempt is begun by an event that has the key, and at an instant of its own: what came at that instant is remembered without the alias.
    const apart = (list: readonly Given[]): readonly Given[] =>
      list
        .map((each) => ({ ...each, at: each.name === OPENER ? 2 * each.at + 1 : 2 * each.at }))
        .map((each) => ({ ...each, received: each.at }))
        .filter(({ name, properties }) => name !== OPENER || 'k' in properties)
        .sort((a, b) => a.at - b.at);
    fc.assert(
      fc.property(
        condition().filter((when) => !looks(when)),
        history(0),
        (when, given) => {
          // prettier-ignore
          const list = apart(given);
          const joined = tested(when, (leaf) =>
            'event' in leaf && leaf.event === OPENER ? { as: 'first' } : { where: 'k == first.k' },
          );
          expect(fire(joined, list, 'parallel')).toEqual(fire(when, list, 'parallel', { by: 'k' }));
        },
      ),
      { numRuns: 400 },
    );
  });
});
