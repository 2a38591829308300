import { expect } from '@jest/globals';
import { makeInstant, type Instant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import type { Definition } from '../compile/definitions.js';
import { playEvents, type Played, type PlayUntil } from '../play/play.js';
import { makeProgram, type Program } from '../compile/program.js';

export type Fields = { readonly [field: string]: Json | undefined };
export const segment = (fields: Fields, rest: Partial<Definition> = {}): Definition => ({
  kind: 'segment',
  name: 'vip',
  version: 1,
  revision: 1,
  state: 'live',
  document: JSON.parse(
    JSON.stringify({
      kind: 'segment',
      name: 'vip',
      let: { spent: { sum: 'total', event: 'order', within: '90d' } },
      where: 'spent > 500',
      ...fields,
    }),
  ) as Definition['document'],
  ...rest,
});
export const trigger = (name: string, fields: Fields): Definition => ({
  ...{ name, version: 1, revision: 1, state: 'live' },
  document: makeTriggerDocument({ name, by: undefined, when: [{ enters: 'vip' }], do: [{ id: 'mail', email: 'm' }], ...fields }),
});
export const program = (...definitions: Definition[]): Program => {
  const made = makeProgram(definitions);
  expect(made.problems).toEqual([]);
  return made;
};
/** Who enters and who leaves, by two triggers that do nothing else. */
export const WATCHING = [trigger('in', { when: [{ enters: 'vip' }], onRepeat: 'parallel' }), trigger('out', { when: [{ leaves: 'vip' }], onRepeat: 'parallel' })]; // prettier-ignore
export const play = (of: Definition | Definition[], events: Event[], options: PlayUntil = {}): Played =>
  playEvents(program(...[of].flat(), ...WATCHING), 'u:ada', events, { recode: true, ...options });
export const told = (played: Played): [string, number][] =>
  played.actions.filter((a) => a.trigger === 'in' || a.trigger === 'out').map((a) => [a.trigger, a.decided - START]);
export const order = (ms: number, total: Json = 600, fields: Partial<Event> = {}): Event =>
  eventAt(ms, 'order', { total }, fields);
export const identify = (ms: number, traits: { [name: string]: Json }, fields: Partial<Event> = {}): Event =>
  eventAt(ms, '$identify', {}, { type: 'identify', traits, ...fields });
export const received = (ms: number): Partial<Event> => ({ received: makeInstant(START + ms) });
export const since = (ms: number): Instant => makeInstant(START + ms);
