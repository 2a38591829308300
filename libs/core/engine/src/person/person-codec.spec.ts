import { describe, expect, it } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import { pack } from './packed.js';
import { decodePerson, encodePerson, packPerson } from './person-codec.js';
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
  facts: [],
  lists: {},
  counted: false,
  actions: [],
};
const personWith = (...runs: Run[]): PersonState => ({
  ...EMPTY_PERSON,
  messages: { since: at(1_000), current: [], before: [] },
  runs,
});

describe('a stored person', () => {
  it('comes back with all a condition keeps', () => {
    const person = personWith(
      {
        ...RUN,
        extended: [{ item: 1, at: at(1_500) }],
        facts: [{ leaf: 0, at: at(1_100), received: at(1_105), order: 0, used: true, id: 'm2', kept: { n: 1 } }],
      },
      { ...RUN, facts: [{ leaf: 2, at: at(1_100), received: at(1_100), order: 3, used: false, kept: {} }] },
      { ...RUN, facts: [{ leaf: 2, at: at(1_100), received: at(1_100), order: 3, used: false, id: 'm3' }] },
      { ...RUN, facts: [{ leaf: 2, at: at(1_100), received: at(1_100), order: 3, used: false, until: at(1_200) }] },
      {
        ...RUN,
        phase: 'completing',
        decided: at(1_300),
        spans: [
          { leaf: 1, from: at(1_100), to: at(1_300), open: true },
          { leaf: 2, from: at(1_000), to: at(1_100) },
        ],
      },
    );
    const remembered = [
      { trigger: 't', test: 'abc', key: null, times: [at(1_009), at(1_003)], cut: true, until: at(2_000) },
      {
        ...{ trigger: 't', test: 'abe', key: null, times: [at(1_009)], cut: false, until: at(2_000) },
        late: [{ at: at(1_009), received: at(1_500) }],
      },
      {
        trigger: 't',
        test: 'abd',
        key: 'c',
        times: [at(1_009)],
        events: [{ id: 'm1', kept: { n: 1 } }],
        cut: false,
        until: at(2_000),
      },
    ];
    const quiet = [
      { trigger: 't', last: at(1_000), told: 2, armed: at(9_000), due: at(9_010) },
      { trigger: 'u', last: at(1_001) },
    ];
    const all = { ...person, remembered, quiet };
    expect(decodePerson(encodePerson(all))).toEqual(all);
  });

  it.each([1, 2, 5, 'x', null])('of form %j stops the build that does not know it', (form) => {
    expect(() => decodePerson(pack([form]))).toThrow('a form this build does not know');
  });

  it('comes back with all a journey keeps', () => {
    const person = personWith(
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

  it('comes back with all a segment keeps', () => {
    const cause = { trigger: 't', depth: 2 };
    const entries = [
      { at: at(1_000), from: at(1_000), value: 1 },
      { at: at(1_001), from: at(1_001), value: 'x' },
      { at: at(1_002), from: at(1_900), value: 1 },
      { at: at(1_003), from: at(900), value: 7.5 },
      { at: at(1_004), from: at(1_004), value: true, cause },
      { at: at(1_005), from: at(1_005), value: 1, silent: true as const },
      { at: at(1_006), from: at(1_007), value: 2, cause, silent: true as const },
    ];
    const base = { segment: 'vip', version: 3, test: 'abc', at: at(1_500) };
    const segments = [
      { ...base, member: true, tallies: [{ entries, coarse: at(1_004) }, { entries: [] }], armed: at(2_000), due: at(2_010) },
      { ...base, member: false, tallies: [], traitsFrom: at(1_600) },
      { ...base, tallies: [{ entries: [] }], traitsFrom: at(1_600), traitsSilent: true as const },
    ];
    const person = { ...personWith(RUN), segments };
    expect(decodePerson(encodePerson(person))).toEqual(person);
    const bare = packPerson({ ...person, segments: [{ ...base, member: true, tallies: [{ entries: entries.slice(0, 1) }] }] });
    expect(bare.at(-1)).toEqual([['vip', 3, 'abc', 500, 1, [[[0]]], null]]);
  });

  it('comes back with what the calendar holds', () => {
    const next = { day: 20_454, at: at(9_000), due: at(9_010) };
    const dates = [
      { trigger: 't', of: '2026-01-01', next },
      { trigger: 'u', of: '2026-01-01', told: 0 },
      { trigger: 'v', of: 'daily 09:00', told: 20_453, next },
    ];
    for (const calendar of [
      { asked: '0a1b2c3d', dates: [] },
      { asked: '0a1b2c3d', dates },
    ]) {
      const person = { ...personWith(RUN), calendar };
      expect(decodePerson(encodePerson(person))).toEqual(person);
      const both = {
        ...person,
        segments: [{ segment: 'vip', version: 1, test: 'abc', at: at(1_500), member: true, tallies: [] }],
      };
      expect(decodePerson(encodePerson(both))).toEqual(both);
    }
  });

  it('comes back with what awaits a publication', () => {
    const awaits = { until: at(601_100), deadline: at(5_100), due: at(5_110) };
    const person = personWith(
      { ...RUN, origin: 'a:x', awaits },
      { ...RUN, awaits },
      { ...RUN, origin: 'a:x', counted: true, awaits },
    );
    expect(decodePerson(encodePerson(person))).toEqual(person);
  });

  it('stores nothing where there is nothing', () => {
    expect(packPerson(personWith(RUN)).slice(7)).toEqual([
      [['t', 1, 'c2', 'm2', 0, 1, 100, 100, 100, 4_100, 4_110, 0, []]],
      ...[[], [], [], {}],
    ]);
  });
});
