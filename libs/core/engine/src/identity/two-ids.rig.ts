import { expect } from '@jest/globals';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import { Tasks } from './identity.rig.js';
import { makeProgram } from '../compile/program.js';

export const MIN = 60_000;
export const HOUR = 60 * MIN;
export const SETTLE = 10_000;
export type Fields = Parameters<typeof makeTriggerDocument>[0];

/** `answers`: what is asked for is sent at once. */
export const tasksOf = (fields: Fields = {}, answers = true): Tasks => {
  const document = makeTriggerDocument({ name: 't', by: 'k', when: [{ event: 'a' }, { not: 'b', for: '1h' }], ...fields });
  const program = makeProgram([{ name: 't', version: 1, revision: 1, document, state: 'live' }]);
  expect(program.problems).toEqual([]);
  return new Tasks(program, 2, (person) => (person.startsWith('u:') ? 0 : 1), answers);
};
export const at = (ms: number, person: string, name: string, fields: Partial<Event> = {}): Event =>
  eventAt(ms, name, { k: 1 }, { person, id: `${person} ${name} ${ms}`, ...fields });
export const identify = (ms: number, user = 'u:ada', anonymousId = 'x', fields: Partial<Event> = {}): Event =>
  at(ms, user, '$identify', { type: 'identify', anonymousId, properties: {}, ...fields });
export const told = (tasks: Tasks): [string, string, number][] =>
  [...tasks.actions.values()].map((a) => [a.person, a.step, (a.decided - START) / MIN]);
/** Everything received at its time, and read at once. */
export const play = (tasks: Tasks, ...events: Event[]): void => {
  for (const event of events) {
    tasks.settle(event.received - tasks.now);
    tasks.receive(event);
    tasks.settle();
  }
};
