import { describe, expect, it } from '@jest/globals';
import { makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import {
  fact,
  identifies,
  links,
  moves,
  PEOPLE,
  places,
  simulate,
  toEvent,
  toIdentify,
  type Fact,
  type Linked,
} from './human.rig.js';
import type { Tasks } from './identity.rig.js';
import { makeProgram, type Program } from '../compile/program.js';

const W = 100;
const SETTLE = 10;

const programOf = (onRepeat: string): Program => {
  const program = makeProgram([
    {
      ...{ name: 't', version: 1, revision: 1, state: 'live' },
      document: makeTriggerDocument({
        name: 't',
        by: 'k',
        when: [
          { event: 'a', as: 'first' },
          { not: 'b', for: `${W}ms` },
        ],
        onRepeat,
        do: [{ id: 'mail', email: 'm', with: { k: 'first.k' } }],
        exit: [{ event: 'x' }],
        time: { settle: `${SETTLE}ms` },
      }),
    },
  ]);
  expect(program.problems).toEqual([]);
  return program;
};

/** The whole history of a human, under whatever ids: when each attempt of a key ends with nothing bought. */
function expected(facts: readonly Fact[], key: number, onRepeat: string): number[] {
  const mine = facts.filter(({ k }) => k === key);
  const isFree = (from: number, to: number): boolean => !mine.some(({ name, at }) => name !== 'a' && at >= from && at < to);
  const carts = mine.filter(({ name }) => name === 'a').map(({ at }) => at).sort((a, b) => a - b); // prettier-ignore
  const found: number[] = [];
  let end = -1;
  let start = 0;
  for (const at of carts) {
    const isRepeat = end >= 0 && at < end && isFree(start, at + 1) && onRepeat !== 'parallel';
    if (isRepeat && onRepeat === 'keepFirst') continue;
    if (isRepeat) found.pop();
    start = at;
    end = at + W;
    found.push(isFree(at, end) ? end : -1);
  }
  return found.filter((at) => at >= 0);
}

const human = fc.uniqueArray(fact(250, 0, ['u:1', 'a:1', 'a:2']), { minLength: 2, maxLength: 8, selector: (f) => f.at });
const sentBy = (tasks: Tasks): number[] => [...tasks.actions.values()].map((a) => a.decided - START).sort((a, b) => a - b);
const wantedOf = (facts: readonly Fact[], onRepeat: string): number[] =>
  [1, 2].flatMap((key) => expected(facts, key, onRepeat)).sort((a, b) => a - b);
const isExact = (facts: readonly Fact[], max: number): boolean =>
  [1, 2].every((key) => facts.filter(({ k, name }) => k === key && name === 'b').length <= max);

function checkRest(tasks: Tasks): void {
  expect([...tasks.actions.values()].every(({ person }) => person === 'u:1')).toBe(true);
  expect(tasks.asking).toBe(0);
  expect(tasks.state('u:1')?.runs ?? []).toEqual([]);
}

describe('tasks that run as they like, for one human under three ids who is known to be one in time', () => {
  it('each cart is judged by all that was bought, wherever', () => {
    const program = programOf('parallel');
    fc.assert(
      fc.property(human, links, moves, places, (facts, when, steps, where) => {
        const tasks = simulate(program, [...facts.map(toEvent), ...identifies(when)], steps, where);
        const [sent, wanted] = [sentBy(tasks), wantedOf(facts, 'parallel')];
        // More orders than memory keeps one by one may deny a cart that is told too late to say.
        if (isExact(facts, 2)) expect(sent).toEqual(wanted);
        else expect(wanted).toEqual(expect.arrayContaining(sent));
        checkRest(tasks);
      }),
      { numRuns: 400 },
    );
  });

  it.each(['restart', 'keepFirst'])('carts of one attempt meet: %s', (onRepeat) => {
    const program = programOf(onRepeat);
    fc.assert(
      fc.property(human, links, moves, places, (all, when, steps, where) => {
        // Repeats that overtake one another are told apart by their arrival: from its link on a device is silent here.
        const since = new Map([['a:1', when[0]], ['a:2', when[1]]]); // prettier-ignore
        const facts = all.map((f) => (f.at >= (since.get(f.person) ?? W * 9) ? { ...f, person: 'u:1' } : f));
        const tasks = simulate(program, [...facts.map(toEvent), ...identifies(when)], steps, where);
        const [sent, wanted] = [sentBy(tasks), wantedOf(facts, onRepeat)];
        // Repeats that were absorbed are forgotten: the other side cannot know of these.
        if (onRepeat === 'restart' && isExact(facts, 0)) expect(sent).toEqual(wanted);
        if (isExact(facts, 0)) expect(sent[0]).toEqual(wanted[0]);
        if (isExact(facts, 0)) expect(sent.length).toBeLessThanOrEqual(wanted.length);
        if (onRepeat === 'keepFirst') expect(sent.every((at) => facts.some((f) => f.name === 'a' && f.at + W === at))).toBe(true);
        checkRest(tasks);
      }),
      { numRuns: 400 },
    );
  });
});

/** Whose an event was, as far as it was known before the deadline: the user's the device was linked to last, else to whom it first was. */
function ownerOf({ person, at, late }: Fact, linked: readonly Linked[], due: number): string {
  const links = linked.filter(({ device }) => device === person).sort((x, y) => x.at - y.at);
  const last = links.findLast((link) => link.at < at + late);
  return (last ?? links.find((link) => link.at < due))?.user ?? person;
}

describe('tasks that run as they like, for devices that change hands', () => {
  const facts = fc.array(fact(300, 15, PEOPLE, ['a', 'a', 'a', 'b', 'b', 'x']), { minLength: 2, maxLength: 10 });
  const linked = fc.uniqueArray(
    fc.record({ at: fc.nat({ max: 300 }), user: fc.constantFrom('u:1', 'u:2'), device: fc.constantFrom('a:1', 'a:2', 'a:3') }),
    { maxLength: 6, selector: ({ at, device }) => `${at} ${device}` },
  );

  it.each(['keepFirst', 'restart', 'extend', 'parallel'])(
    'nobody is written to who was known to have bought in time: %s',
    (onRepeat) => {
      const program = programOf(onRepeat);
      fc.assert(
        fc.property(facts, linked, moves, places, (all, ids, steps, where) => {
          const tasks = simulate(program, [...all.map(toEvent), ...ids.map(toIdentify)], steps, where);
          expect(tasks.asking).toBe(0);
          for (const action of tasks.actions.values()) {
            const decided = action.decided - START;
            const due = decided + SETTLE;
            const key = action.data['k'];
            const orders = all.filter((f) => f.name === 'b' && f.k === key && f.at >= decided - W && f.at < decided);
            const broken = orders.filter((f) => f.at + f.late < due && ownerOf(f, ids, due) === action.person);
            expect(broken).toEqual([]);
          }
          for (const person of PEOPLE) expect(tasks.state(person)?.runs ?? []).toEqual([]);
        }),
        { numRuns: 400 },
      );
    },
  );
});
