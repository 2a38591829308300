import { describe, expect, it } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import { decodePerson, encodePerson, personText } from './person-codec.js';
import { EMPTY_PERSON, type PersonState, type Run } from './person-state.js';

const at = makeInstant;
const RUN: Run = {
  trigger: 't',
  version: 1,
  key: 'c2',
  opener: 'm2',
  opened: at(1_100),
  start: at(1_100),
  phase: 'matching',
  position: 1,
  from: at(1_100),
  deadline: at(5_100),
  due: at(5_110),
  depth: 0,
  aliases: {},
  lists: {},
  counted: false,
  actions: [],
};
const personWith = (...runs: Run[]): PersonState => ({
  ...EMPTY_PERSON,
  messages: { since: at(1_000), current: [], before: [] },
  runs,
});

/** As the build before this one wrote it. */
const FORM_2 =
  '[2,1000,1,50,{"plan":"free"},[183,64756789],[],[["t",1,"c1","m1",1,1,0,0,0,4000,4010,0,{"cart":{"n":1}},[["items",[[0,{"sku":"x"},"\\"x\\""]]]],0,0,0,200,null,[["act_1","mail",3000,null,null,[],0]]],["t",1,"c2","m2",0,1,100,100,100,4100,4110,0,{},[],null,null,0,null,null,[]]],[],[],[],{}]';

describe('a stored person', () => {
  it('of the form before is read as what it meant, and written in the new one', () => {
    const person = decodePerson(encodeUtf8(FORM_2));
    const acting: Run = {
      ...RUN,
      key: 'c1',
      opener: 'm1',
      opened: at(1_000),
      start: at(1_000),
      phase: 'completing',
      from: at(1_000),
      deadline: at(5_000),
      due: at(5_010),
      aliases: { cart: { n: 1 } },
      lists: { items: [{ at: at(1_000), properties: { sku: 'x' }, unique: '"x"' }] },
      decided: at(1_000),
      since: at(1_000),
      met: [{ wait: 1, at: at(1_200) }],
      actions: [{ id: 'act_1', step: 'mail', expires: at(4_000), later: [], recalled: false }],
    };
    expect(person).toEqual({
      traits: { plan: 'free' },
      revision: 1,
      traitsAt: at(50),
      messages: { since: at(1_000), current: [12_345_678_901], before: [] },
      runs: [acting, RUN],
      remembered: [],
      quiet: [],
      decided: [],
      counted: {},
    });
    expect(decodePerson(encodePerson(person))).toEqual(person);
  });

  it.each([1, 4, 'x', null])('of form %j stops the build that does not know it', (form) => {
    expect(() => decodePerson(encodeUtf8(JSON.stringify([form])))).toThrow('a form this build does not know');
  });

  it('comes back with all a journey keeps', () => {
    const person = personWith(
      { ...RUN, sinceAt: { first: at(1_050), spell: at(20) } },
      { ...RUN, arms: { offer: 'voucher' } },
      { ...RUN, arms: { offer: 'control' }, held: true, goalFrom: at(1_200) },
      {
        ...RUN,
        goalFrom: at(1_200),
        goalOver: true,
        met: [
          { wait: 3, at: at(1_300) },
          { wait: 7, at: at(1_300) },
        ],
      },
    );
    expect(decodePerson(encodePerson(person))).toEqual(person);
  });

  it('stores nothing where there is nothing: a run without a journey is no longer than before', () => {
    const [, before] = personText(personWith(RUN)).split('[["t"');
    expect(`["t"${before}`).toBe('["t",1,"c2","m2",0,1,100,100,100,4100,4110,0,{},[],null,null,0,null,null,[]]],[],[],[],{}]');
  });
});
