import { expect, it } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import { START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { oracle } from './condition-oracle.rig.js';
import { condition, history, OPENER, program, toEvent, type Fact, type Sequence } from './conditions.rig.js';
import { playEvents } from '../play/play.js';

/** What must not happen is all of one name, and comes after the message was decided. */
const LATE = 'c';
const denyingLate = (when: Sequence): Sequence =>
  JSON.parse(JSON.stringify(when), (field, value: unknown) =>
    field === 'not' || field === 'notSeen' ? LATE : ['event', 'seen'].includes(field) && value === LATE ? 'a' : value,
  ) as Sequence;

it('a message that the whole history would not have brought is taken back, and none that rests on no absence', () => {
  let recalled = 0;
  fc.assert(
    fc.property(
      condition().map(denyingLate),
      history(0),
      fc.integer({ min: 0, max: 90 }),
      fc.integer({ min: 0, max: 40 }),
      (when, all, at, delay) => {
        const first = all.find(({ name }) => name === OPENER);
        fc.pre(first !== undefined);
        const facts = all.filter((fact) => fact.name !== OPENER || fact === first);
        const decided = oracle(when, facts, facts.findIndex((fact) => fact === first)); // prettier-ignore
        fc.pre(decided !== undefined && program(when, 'parallel').problems.length === 0);
        const received = Math.max(at, decided, ...facts.map((fact) => fact.received)) + 10 + delay;
        const late: Fact = { name: LATE, at, received };
        const events = [...facts, late].map(toEvent);
        const played = playEvents(program(when, 'parallel'), 'u:ada', events, { outcome: () => undefined, recode: true });
        expect(played.actions.map((a) => a.decided)).toEqual([makeInstant(START + decided)]);
        const truth = oracle(when, [...facts, late], facts.findIndex((fact) => fact === first)); // prettier-ignore
        if (truth !== decided) expect(played.recalls).toHaveLength(1);
        else if (!/"(for|any)":/.test(JSON.stringify(when))) expect(played.recalls).toEqual([]);
        recalled += played.recalls.length;
      },
    ),
    { numRuns: 500 },
  );
  expect(recalled).toBeGreaterThan(20);
});
