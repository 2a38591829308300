import { describe, expect, it } from '@jest/globals';
import { makeProgram, playEvents, type Program } from '@tripline/engine';
import { AssertionError, makeInstant, type Instant, type JsonObject } from '@tripline/kernel';
import type { Action, Event } from '@tripline/model';
import { eventAt, makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { Replay } from './replay.js';

const programOf = (...documents: readonly JsonObject[]): Program =>
  makeProgram(documents.map((document, i) => ({ name: `t${i}`, version: 1, revision: i + 1, document, state: 'live' })));

/** Small numbers, so that edges meet: a journey with waits, a silence, a sequence with an exit. */
const program = programOf(
  makeTriggerDocument({
    name: 't0',
    by: 'k',
    when: [{ event: 'a' }, { not: 'b', for: '20ms' }],
    do: [
      { id: 'mail', email: 'm' },
      { wait: { for: '15ms' } },
      { id: 'text', sms: 'm' },
      { wait: { until: { event: 'c' }, atMost: '30ms' } },
      { id: 'last', email: 'm' },
    ],
    time: { settle: '4ms' },
  }),
  makeTriggerDocument({ name: 't1', by: undefined, when: [{ inactive: 'a', for: '25ms' }], time: { settle: '0ms' } }),
  makeTriggerDocument({
    name: 't2',
    by: undefined,
    when: [{ event: 'b' }, { event: 'c', within: '30ms' }],
    exit: [{ event: 'a' }],
  }),
);

const facts = fc.array(
  fc.record({
    person: fc.constantFrom('u:1', 'u:2', 'a:1'),
    name: fc.constantFrom('a', 'a', 'b', 'c', 'other'),
    at: fc.integer({ min: 0, max: 120 }),
    late: fc.integer({ min: 0, max: 30 }),
    key: fc.constantFrom('x', 'y'),
    id: fc.integer({ min: 0, max: 60 }),
  }),
  { maxLength: 40 },
);
const eventsOf = (all: typeof facts extends fc.Arbitrary<infer F> ? F : never): readonly Event[] =>
  all
    .map(({ person, name, at, late, key, id }) =>
      eventAt(at, name, { k: key }, { person, id: `m${id}`, received: makeInstant(START + at + late) }),
    )
    .sort((a, b) => a.received - b.received);

function replayed(events: readonly Event[], { until = 8_640_000_000_000_000, by = program } = {}): readonly Action[] {
  const actions: Action[] = [];
  const replay = new Replay(by, {
    onAction: (action) => void actions.push(action),
    onSetAside: (_, why) => expect(why).toBe(''),
  });
  for (const event of events) replay.receive(event);
  replay.moveTo(until as Instant);
  return actions;
}

describe('Replay', () => {
  it('says of each person what playing their events alone says, ids included', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const events = eventsOf(all);
        const actions = replayed(events);
        for (const person of ['u:1', 'u:2', 'a:1']) {
          const own = events.filter((event) => event.person === person);
          expect(actions.filter((action) => action.person === person)).toEqual(playEvents(program, person, own).actions);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('puts out in the order of the clock, whoever it is about', () => {
    fc.assert(
      fc.property(facts, (all) => {
        const ready = replayed(eventsOf(all)).map((action) => action.ready);
        expect(ready).toEqual([...ready].sort((a, b) => a - b));
      }),
      { numRuns: 200 },
    );
  });

  it('decides what is due at the instant where it stops, and nothing that is due after it', () => {
    const events = [eventAt(0, 'a', { k: 'x' })];
    const stopped = (ms: number): number => replayed(events, { until: START + ms }).filter((a) => a.trigger === 't0').length;
    expect([stopped(23), stopped(24), stopped(38), stopped(39)]).toEqual([0, 1, 1, 2]);
  });

  it('decides what is due at an instant before it tells what became of messages at it, as playEvents does', () => {
    const mailThenText = makeTriggerDocument({
      name: 't0',
      by: undefined,
      when: [{ event: 'c' }],
      do: [{ id: 'mail', email: 'm' }, { wait: { for: '15ms' } }, { id: 'text', sms: 'm' }],
      exit: [{ event: 'web.sent' }],
      time: { settle: '15ms' },
    });
    const by = programOf(
      mailThenText,
      makeTriggerDocument({ name: 't1', by: undefined, when: [{ event: 'c' }], do: [{ id: 'web', web: 'm' }] }),
    );
    const events = [eventAt(0, 'c', {}, { received: makeInstant(START + 30) })];
    expect(replayed(events, { by }).map(({ step }) => step)).toEqual(['mail', 'web', 'text']);
    expect(replayed(events, { by })).toEqual(playEvents(by, 'u:ada', events).actions);
  });

  it('decides those of one instant by deadline, then by person', () => {
    const quick = makeTriggerDocument({ name: 't0', by: undefined, when: [{ event: 'a' }, { not: 'b', for: '20ms' }] });
    const slow = makeTriggerDocument({
      name: 't1',
      by: undefined,
      when: [{ event: 'c' }, { not: 'b', for: '20ms' }],
      time: { settle: '5s' },
    });
    const events = [
      eventAt(0, 'c', {}, { person: 'u:a' }),
      eventAt(-5_000, 'a', {}, { person: 'u:y', received: START }),
      eventAt(-5_000, 'a', {}, { person: 'u:b', received: START }),
    ];
    const by = programOf(quick, slow);
    expect(replayed(events, { by }).map(({ person }) => person)).toEqual(['u:b', 'u:y', 'u:a']);
  });

  it('remembers nobody of whom there is nothing to remember', () => {
    const replay = new Replay(program, { onAction: () => undefined, onSetAside: () => undefined });
    replay.receive(eventAt(0, 'other'));
    replay.receive(eventAt(0, 'a', { k: 'x' }, { person: 'u:1' }));
    expect(replay.persons).toBe(1);
  });

  it('sets aside whom the engine cannot go on with, and goes on with the others', () => {
    const choking = programOf(makeTriggerDocument({ name: 't0', by: 'k', when: [{ event: 'a' }, { not: 'b', for: '20ms' }] }));
    const interests = choking.interests.bind(choking);
    choking.interests = (name) => {
      if (name === 'other') throw new AssertionError('too much');
      return interests(name);
    };
    const said: string[] = [];
    const replay = new Replay(choking, {
      onAction: ({ person, step }) => void said.push(`${person} ${step}`),
      onSetAside: (person, why) => void said.push(`${person} ${why}`),
    });
    for (const person of ['u:1', 'u:2']) replay.receive(eventAt(0, 'a', { k: 'x' }, { person }));
    replay.receive(eventAt(1, 'other', {}, { person: 'u:1' }));
    replay.receive(eventAt(2, 'a', { k: 'y' }, { person: 'u:1' }));
    replay.moveTo(makeInstant(START + 30_000));
    expect(said).toEqual(['u:1 too much', 'u:2 mail']);
  });
});
