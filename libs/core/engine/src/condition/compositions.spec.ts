import { describe, expect, it } from '@jest/globals';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { oracle } from './condition-oracle.rig.js';
import {
  condition,
  history,
  length,
  name,
  OPENER,
  program,
  SETTLE,
  toEvent,
  type Condition,
  type Fact,
  type Sequence,
} from './conditions.rig.js';
import { playEvents } from '../play/play.js';
import type { Program } from '../compile/program.js';

const firings = (p: Program, facts: readonly Fact[]): number[] =>
  playEvents(p, 'u:ada', facts.map(toEvent), { recode: true })
    .actions.map((a) => a.decided - START)
    .sort((a, b) => a - b);
const expected = (when: Sequence, facts: readonly Fact[]): number[] =>
  facts
    .flatMap((fact, i) => (fact.name === OPENER ? [oracle(when, facts, i)] : []))
    .filter((at) => at !== undefined)
    .sort((a, b) => a - b);

describe('a condition of any composition', () => {
  it('completes when the whole history says so, each first event for itself', () => {
    fc.assert(
      fc.property(condition(), history(0), (when, facts) => {
        expect(firings(program(when, 'parallel'), facts)).toEqual(expected(when, facts));
      }),
      { numRuns: 600 },
    );
  });

  it('does not depend on the order in which records come, where it ends with an absence', () => {
    const absence = fc.record({ not: name, for: length }) as fc.Arbitrary<Condition>;
    fc.assert(
      fc.property(condition(absence), history(SETTLE - 1), (when, all) => {
        // Memory takes what has one name and instant for one event: a delayed first event does not find two.
        const facts = all.filter((fact, i) => all.findIndex(({ name, at }) => name === fact.name && at === fact.at) === i);
        const inOrder = facts.map((fact) => ({ ...fact, received: fact.at })).sort((a, b) => a.at - b.at);
        expect(firings(program(when, 'parallel'), facts)).toEqual(firings(program(when, 'parallel'), inOrder));
      }),
      { numRuns: 600 },
    );
  });
});
