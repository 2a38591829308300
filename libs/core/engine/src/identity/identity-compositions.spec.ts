import { expect, it } from '@jest/globals';
import type { Event } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { oracle } from '../condition/condition-oracle.rig.js';
import { condition, NAMES, OPENER, program, toEvent, type Fact } from '../condition/conditions.rig.js';
import { Tasks } from './identity.rig.js';

type Placed = Fact & { readonly person: string };
/** One thing at an instant: what happens at once under two ids has no order. */
const history: fc.Arbitrary<readonly Placed[]> = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom(OPENER, ...NAMES),
      at: fc.integer({ min: 0, max: 60 }),
      person: fc.constantFrom('u:ada', 'a:x'),
    }),
    { minLength: 2, maxLength: 16, selector: ({ at }) => at },
  )
  .map((facts) => facts.map((fact) => ({ ...fact, received: fact.at })).sort((a, b) => a.at - b.at));

const login = (at: number, device: string): Event =>
  eventAt(at, '$identify', {}, { id: `login ${device}`, type: 'identify', person: 'u:ada', anonymousId: device });

it('a condition of any composition is judged by all that one human did under two ids', () => {
  fc.assert(
    fc.property(condition(), history, fc.integer({ min: -1, max: 61 }), (when, facts, at) => {
      // The login itself is something the person did: the oracle does not know of it.
      fc.pre(!JSON.stringify(when).includes('"inactive":"any"'));
      const tasks = new Tasks(program(when, 'parallel'), 2, (person) => (person.startsWith('u:') ? 0 : 1));
      const play = (event: Event): void => {
        tasks.settle(Math.max(0, event.received - tasks.now));
        tasks.receive(event);
        tasks.settle();
      };
      const events = facts.map((fact, i) => ({ ...toEvent(fact, i), person: fact.person }));
      const isBefore = ({ received }: Event): boolean => received - START <= at;
      events.filter(isBefore).forEach(play);
      tasks.settle(Math.max(0, at + START - tasks.now));
      const before = new Set(tasks.actions.keys());
      play(login(at, 'x'));
      events.filter((event) => !isBefore(event)).forEach(play);
      tasks.settle(10_000);
      tasks.settle(31 * 86_400_000);

      const sent = [...tasks.actions.values()].filter(({ id }) => !before.has(id)).map(({ decided }) => decided - START);
      const decidedOf = (from: number): number[] =>
        facts.flatMap((fact, i) => (fact.name === OPENER && fact.at > from ? (oracle(when, facts, i) ?? []) : []));
      // What began after the login is known whole; of what began before it each side had its own view, and what was over is over.
      for (const decided of new Set(sent)) {
        const count = (all: readonly number[]): number => all.filter((each) => each === decided).length;
        expect(count(sent)).toBeLessThanOrEqual(count(decidedOf(-1)));
      }
      for (const decided of decidedOf(at)) expect(sent).toContain(decided);
      expect(tasks.asking).toBe(0);
    }),
    { numRuns: 500 },
  );
});
