import { makeInstant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import type { Program } from '../compile/program.js';
import { Tasks } from './identity.rig.js';

export type Fact = {
  readonly at: number;
  readonly late: number;
  readonly name: string;
  readonly person: string;
  readonly k: number;
};
export const fact = (end: number, late: number, people: readonly string[], names = ['a', 'a', 'b']): fc.Arbitrary<Fact> =>
  fc.record({
    at: fc.integer({ min: 0, max: end }),
    late: fc.integer({ min: 0, max: late }),
    name: fc.constantFrom(...names),
    person: fc.constantFrom(...people),
    k: fc.constantFrom(1, 1, 2),
  });
export type Linked = { readonly at: number; readonly user: string; readonly device: string };
export const toEvent = ({ at, late, name, person, k }: Fact, i: number): Event =>
  eventAt(at, name, { k }, { id: `e${i}`, person, received: makeInstant(START + at + late) });
export const toIdentify = ({ at, user, device }: Linked, i: number): Event =>
  eventAt(at, '$identify', {}, { id: `i${i}`, type: 'identify', person: user, anonymousId: device.slice(2) });

/** What happens next: which of many things, and a number that says to what. */
export const moves = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 50 })), { minLength: 10, maxLength: 120 });
export const places = fc.array(fc.nat({ max: 2 }), { minLength: 5, maxLength: 5 });
export const PEOPLE = ['u:1', 'u:2', 'a:1', 'a:2', 'a:3'];

/** Events are received in their order; everything else goes as the moves say: arrival, work, ticks, crashes, repeats. */
export function simulate(
  program: Program,
  events: readonly Event[],
  steps: readonly (readonly [number, number])[],
  where: readonly number[],
): Tasks {
  const tasks = new Tasks(program, 3, (person) => where[PEOPLE.indexOf(person)] ?? 0);
  const rest = [...events].sort((a, b) => a.received - b.received);
  for (const [move, n] of steps) {
    if (move <= 2) {
      const next = rest.shift();
      if (next !== undefined) tasks.receive(next);
    } else if (move <= 4) tasks.arrive(n);
    else if (move === 5) tasks.arrive(n, true);
    else if (move <= 7) tasks.work(n, 1 + (n % 4));
    else if (move === 8) tasks.tick(n);
    else if (n % 5 === 0) tasks.partitions[n % 3]?.crash();
    else if (n % 5 === 1) tasks.partitions[n % 3]?.keep();
    else tasks.pass(rest.length === 0 ? n : 0);
  }
  for (const event of rest) tasks.receive(event);
  tasks.settle(1_000);
  tasks.settle(3_600_000 * 100);
  return tasks;
}

export const links = fc.tuple(fc.nat({ max: 99 }), fc.nat({ max: 99 }));
export const identifies = ([first, second]: readonly [number, number]): Event[] =>
  [
    { at: first, user: 'u:1', device: 'a:1' },
    { at: second, user: 'u:1', device: 'a:2' },
  ].map(toIdentify);
