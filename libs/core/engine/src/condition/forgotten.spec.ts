import { describe, expect, it } from '@jest/globals';
import { makeInstant, type Instant, type Json } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { eventAt, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { condition, length, OPENER, program, toEvent, type Fact, type Sequence } from './conditions.rig.js';
import { FORGOTTEN_MAX, mergedForgotten, stillForgotten } from './forgotten.js';
import { brief, D, Task } from '../one-task.rig.js';
import { decodePerson, encodePerson } from '../person/person-codec.js';
import { EMPTY_PERSON, REMEMBERED_MAX, type Forgotten } from '../person/person-state.js';
import { playEvents } from '../play/play.js';

/** So many other keys of one event that whatever was remembered before gives way. */
const flood = (task: Task, ms: number, name = 'b'): void => {
  for (let i = 0; i < REMEMBERED_MAX + 5; i++) task.event(ms, name, { k: `other ${i}` });
};
const late = (ms: number): Partial<Event> => ({ received: makeInstant(START + ms) });
const A = { event: 'a' };
const notB = { not: 'b', for: '1h' };

describe('what was remembered and gave way', () => {
  it('still denies: a delayed first event does not know whether the negated one happened since', () => {
    const told = (fill: boolean, at: number): Json[] => {
      const task = Task.of({ when: [A, notB] });
      task.event(1_000, 'b');
      if (fill) flood(task, 2_000);
      const opened = brief(task.event(at, 'a', {}, late(3_000)));
      return [...opened, ...brief(task.tick(D))];
    };
    expect(told(false, 500)).toEqual([]);
    expect(told(true, 500)).toEqual([]);
    // What gave way last happened at 2,000: at that very instant it denies too, and after it nothing does.
    expect(told(true, 2_000)).toEqual([]);
    expect(told(true, 2_001)).toEqual([['mail', 3_602_001]]);
  });

  it.each(['seen', 'notSeen'])('is unknown to %s where it looks back so far', (look) => {
    const told = (at: number): Json[] => {
      const task = Task.of({ when: [A, { [look]: 'b', within: '1h' }] }, { now: makeInstant(START - D) } as never);
      task.event(1_000, 'b');
      flood(task, 2_000);
      return [...brief(task.event(at, 'a', {}, late(at))), ...brief(task.tick(2 * D))];
    };
    expect(told(3_601_999)).toEqual(['condition-unknown']);
    expect(told(3_602_000)).toEqual(look === 'seen' ? [] : [['mail', 3_602_000]]);
  });

  it('still exits: what opens late does not know whether it was left', () => {
    const told = (at: number): Json[] => {
      const task = Task.of({ when: [A], exit: [{ event: 'b' }] });
      flood(task, 2_000);
      return brief(task.event(at, 'a', { k: 'another' }, late(3_000)));
    };
    expect(told(2_000)).toEqual(['opening-unknown']);
    expect(told(2_001)).toEqual([['mail', 2_001]]);
  });

  it('is not passed over where it was wanted: a later one is not the first', () => {
    const when = [A, { event: 'b' }, { not: 'c', for: '1h' }];
    const told = (fill: boolean): Json[] => {
      const task = Task.of({ when });
      task.event(1_000, 'b');
      task.event(1_500, 'c');
      if (fill) flood(task, 2_000);
      const opened = brief(task.event(500, 'a', {}, late(3_000)));
      task.event(4_000, 'b');
      return [...opened, ...brief(task.tick(D))];
    };
    expect(told(false)).toEqual([]);
    expect(told(true)).toEqual(['condition-unknown']);
  });

  it('is doubtful for as long as it would have been remembered, and then nothing is stored of it', () => {
    const task = Task.of({ when: [A, notB] });
    task.event(1_000, 'b');
    expect(task.state?.forgotten).toBeUndefined();
    flood(task, 2_000);
    const [forgotten] = task.state?.forgotten ?? [];
    expect(forgotten).toMatchObject({ at: START + 2_000, until: START + 2_000 + 3_600_000 + D });
    task.event(2_000 + 3_600_000 + D - 1, 'b');
    expect(task.state?.forgotten).toHaveLength(1);
    task.event(2_000 + 3_600_000 + D, 'b');
    expect(task.state?.forgotten).toBeUndefined();
  });

  it('is told apart by trigger and test, and stored as it is', () => {
    const forgotten: readonly Forgotten[] = [
      { trigger: 't', test: 'b', at: makeInstant(START), until: makeInstant(START + 5) },
      { trigger: null, test: null, at: makeInstant(START + 1), until: makeInstant(START + 7) },
    ];
    const person = { ...EMPTY_PERSON, messages: { since: makeInstant(START), current: [], before: [] }, forgotten };
    expect(decodePerson(encodePerson(person))).toEqual(person);
  });

  it(`is about everything once more than ${FORGOTTEN_MAX} tests are concerned`, () => {
    const at = (ms: number): Instant => makeInstant(START + ms);
    const of = (i: number): Forgotten => ({ trigger: 't', test: `${i}`, at: at(i), until: at(100 - i) });
    const all = Array.from({ length: FORGOTTEN_MAX + 1 }, (_, i) => of(i));
    expect(mergedForgotten(all.slice(1), all.slice(1))).toEqual(all.slice(1));
    expect(mergedForgotten(all.slice(0, 9), all.slice(9))).toEqual([
      { trigger: null, test: null, at: at(FORGOTTEN_MAX), until: at(100) },
    ]);
    expect(stillForgotten(all, at(100))).toBeUndefined();
    expect(stillForgotten(all, at(99))).toEqual([of(0)]);
  });

  /** Each key alone never fills the memory: what it then comes to is the truth. */
  it('never leads to a message: whatever fires with it would fire with all of it', () => {
    let full = 0;
    let both = 0;
    let silent = 0;
    const name = fc.constantFrom('a' as const, 'b' as const);
    const element = fc.oneof(
      fc.record({ not: name, for: length }),
      fc.record({ notSeen: name, within: length }),
      fc.record({ event: name }),
    );
    const simple = fc
      .array(element, { minLength: 1, maxLength: 2 })
      .map((elements): Sequence => ({ sequence: [{ event: OPENER }, ...elements] }));
    const at = fc.integer({ min: 0, max: 40 });
    const key = fc.constantFrom(1 as const, 2 as const);
    const opener = fc
      .tuple(at, fc.integer({ min: 0, max: 60 }), key)
      .map(([at, late, key]): Fact => ({ name: OPENER, at, received: at + late, key }));
    const other = fc.tuple(name, at, key).map(([name, at, key]): Fact => ({ name, at, received: at, key }));
    const facts = fc
      .tuple(fc.array(opener, { minLength: 1, maxLength: 4 }), fc.array(other, { maxLength: 4 }))
      .map((both) => both.flat());
    const bursts = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'x'), at), { minLength: 1, maxLength: 2 });
    // Silence is the person's, whatever the key.
    const composed = condition().filter((when) => !JSON.stringify(when).includes('"inactive"'));
    fc.assert(
      fc.property(
        fc.oneof({ weight: 4, arbitrary: simple }, { weight: 1, arbitrary: composed }),
        facts,
        bursts,
        (when, facts, bursts) => {
          const p = program(when, 'parallel', { by: 'k', exit: [{ event: 'x' }] });
          const own = facts.map(toEvent);
          const others = bursts.flatMap(([name, at], b) =>
            Array.from({ length: 102 }, (_, i) => eventAt(at, name, { k: `other ${b} ${i}` }, { id: `o${b} ${i}` })),
          );
          const fired = (events: readonly Event[]) =>
            playEvents(
              p,
              'u:ada',
              events.toSorted((a, b) => a.received - b.received),
              { recode: true },
            );
          const texts = ({ actions }: ReturnType<typeof fired>): string[] => actions.map((a) => `${a.run} ${a.decided}`);
          const truth = [1, 2].flatMap((key) => texts(fired(own.filter(({ properties }) => properties['k'] === key))));
          const crowded = fired([...own, ...others]);
          const actual = texts(crowded);
          expect(truth).toEqual(expect.arrayContaining(actual));
          const isFull = crowded.notices.some(({ name }) => name === 'remembered-full');
          if (!isFull) expect(actual.toSorted()).toEqual(truth.toSorted());
          if (isFull) full++;
          if (isFull) both += actual.length;
          if (truth.length > actual.length) silent++;
        },
      ),
      { numRuns: 200 },
    );
    expect([full > 50, both > 5, silent > 5]).toEqual([true, true, true]);
  });
});
