import { describe, expect, it } from '@jest/globals';
import type { JsonObject } from '@tripline/kernel';
import type { Control, Event } from '@tripline/model';
import { makeTriggerDocument, START } from '@tripline/testing-builders';
import fc from 'fast-check';
import { outcomeEvent } from '../play/person-play.js';
import { Tasks } from './identity.rig.js';
import { at, HOUR, identify, MIN, told, type Fields } from './two-ids.rig.js';
import { PUBLICATION_WAIT } from './unpublished.js';

const [USERS, DEVICES] = [0, 1];
const WAITING: Fields = {
  when: [{ event: 'a' }],
  do: [{ id: 'one', email: 'm' }, { wait: { for: '1h' } }, { id: 'two', email: 'm' }],
};
const CART: Fields = { when: [{ event: 'a' }, { not: 'b', for: '1h' }], do: [{ id: 'one', email: 'm' }] };
const documentOf = (fields: Fields): JsonObject => makeTriggerDocument({ name: 't', by: 'k', ...fields });
const publish = (fields: Fields, version = 1, openRuns: 'drain' | 'cancel' = 'drain'): Control => ({
  ...{ kind: 'control', name: 't', revision: version },
  change: { type: 'publish', version, document: documentOf(fields), openRuns },
});
const withdraw = (revision: number): Control => ({ kind: 'control', name: 't', revision, change: { type: 'withdraw' } });

type What = Event | { readonly where: readonly number[]; readonly control: Control };
/** Each at its minute, and read at once. */
const playAt = (tasks: Tasks, ...all: (readonly [min: number, what: What])[]): void => {
  for (const [min, what] of all) {
    tasks.settle(Math.max(0, START + min * MIN - tasks.now));
    if ('control' in what) for (const where of what.where) tasks.control(where, what.control);
    else tasks.receive(what);
    tasks.settle();
  }
};
const fresh = (answers = true): Tasks =>
  new Tasks(undefined, 2, (person) => (person.startsWith('u:') ? USERS : DEVICES), answers);
const to = (where: number | readonly number[], control: Control): What => ({ where: [where].flat(), control });
const a = (min: number, person = 'a:x'): readonly [number, Event] => [min, at(min * MIN, person, 'a')];
const b = (min: number, person = 'u:ada'): readonly [number, Event] => [min, at(min * MIN, person, 'b')];
const login = (min: number): readonly [number, Event] => [min, identify(min * MIN)];
const count = (tasks: Tasks, name: string): number => tasks.notices.filter((each) => each === name).length;
const recalls = (tasks: Tasks): string[] => tasks.recalls.map(({ reason }) => reason);
const WAIT_MIN = PUBLICATION_WAIT / MIN;

describe('a run whose version is not published where its user is', () => {
  it.each([5, 10 + 1 / MIN, 11, 10 + WAIT_MIN - 1 / MIN])(
    'goes on, once, where the publication comes at minute %d: before the handoff, after it, until the wait ends',
    (min) => {
      const tasks = fresh();
      const all = [login(10), [min, to(USERS, publish(WAITING))] as const].sort(([x], [y]) => x - y);
      playAt(tasks, [0, to(DEVICES, publish(WAITING))], a(1), ...all);
      tasks.settle(3 * HOUR);
      expect(told(tasks)).toEqual([
        ['a:x', 'one', 1],
        ['u:ada', 'two', 61],
      ]);
      expect(count(tasks, 'run-awaits')).toBe(min < 10 ? 0 : 1);
      expect(count(tasks, 'run-published')).toBe(min < 10 ? 0 : 1);
      expect(tasks.state('u:ada')?.runs).toEqual([]);
    },
  );

  it.each([10 + WAIT_MIN, 10 + WAIT_MIN + 1 / MIN, 100])(
    'ends, counted for itself, where the publication comes at minute %d, after the wait',
    (min) => {
      const tasks = fresh(false);
      playAt(tasks, [0, to(DEVICES, publish(WAITING))], a(1), login(10), [min, to(USERS, publish(WAITING))]);
      tasks.settle(3 * HOUR);
      expect(told(tasks)).toEqual([['a:x', 'one', 1]]);
      expect([recalls(tasks), count(tasks, 'run-unpublished'), count(tasks, 'run-withdrawn')]).toEqual([['unpublished'], 1, 0]);
    },
  );

  it('ends where it is never published, and its person is silent; nothing of it is decided before', () => {
    const tasks = fresh(false);
    playAt(tasks, [0, to(DEVICES, publish(WAITING))], a(1), login(10));
    tasks.settle(WAIT_MIN * MIN - 1);
    expect(recalls(tasks)).toEqual([]);
    expect(tasks.state('u:ada')?.runs.length).toBe(1);
    tasks.settle(1);
    expect(recalls(tasks)).toEqual(['unpublished']);
    tasks.settle(100 * HOUR);
    expect(tasks.state('u:ada')?.runs ?? []).toEqual([]);
  });

  it('ends in time also where the task of the anonymous id stands still, and no deadline can be decided', () => {
    const tasks = fresh(false);
    playAt(tasks, [0, to(DEVICES, publish(WAITING))], a(1), login(10));
    tasks.pass(WAIT_MIN * MIN);
    tasks.tick(USERS);
    tasks.work(USERS, 9);
    expect([recalls(tasks), tasks.asking]).toEqual([['unpublished'], 0]);
  });

  it('counts a publication that was appended in time, however late its person is touched', () => {
    const tasks = fresh();
    playAt(tasks, [0, to(DEVICES, publish(WAITING))], a(1), login(10));
    tasks.pass(5 * MIN);
    tasks.control(USERS, publish(WAITING));
    tasks.pass(5 * HOUR);
    tasks.settle();
    expect(told(tasks).slice(1)).toEqual([['u:ada', 'two', 61]]);
  });

  it('does not count one that was appended after the wait, where its tick comes later still', () => {
    const tasks = fresh();
    playAt(tasks, [0, to(DEVICES, publish(WAITING))], a(1), login(10));
    tasks.pass(WAIT_MIN * MIN);
    tasks.control(USERS, publish(WAITING));
    tasks.work(USERS, 9);
    tasks.settle(5 * HOUR);
    expect(told(tasks).slice(1)).toEqual([]);
    expect(count(tasks, 'run-unpublished')).toBe(1);
  });

  it.each([
    ['published and withdrawn', [publish(WAITING), withdraw(2)]],
    ['withdrawn, which nothing here knew', [withdraw(2)]],
    ['followed by a newer version only', [publish(WAITING, 2)]],
  ])('ends as one that is withdrawn where that was %s, before the handoff or after it', (_, controls) => {
    for (const min of [5, 15]) {
      const tasks = fresh(false);
      const there = controls.map((control) => [min, to(USERS, control)] as const);
      const all = min < 10 ? [...there, login(10)] : [login(10), ...there];
      playAt(tasks, [0, to(DEVICES, publish(WAITING))], a(1), ...all);
      tasks.settle(3 * HOUR);
      expect(told(tasks)).toEqual([['a:x', 'one', 1]]);
      expect([recalls(tasks), count(tasks, 'run-withdrawn'), count(tasks, 'run-unpublished')]).toEqual([['withdrawn'], 1, 0]);
    }
  });

  it('waits through an older version that is in force, and a newer that drains it', () => {
    const tasks = fresh();
    playAt(tasks, [0, to([USERS, DEVICES], publish(WAITING))], [0, to(DEVICES, publish(WAITING, 2))], a(1), login(10));
    playAt(tasks, [12, to(USERS, publish(WAITING, 2))], [13, to(USERS, publish(WAITING, 3))]);
    tasks.settle(3 * HOUR);
    expect(told(tasks).slice(1)).toEqual([['u:ada', 'two', 61]]);
  });

  it('is looked at when it is due itself, and decides as on time', () => {
    const fields = { ...WAITING, do: [{ id: 'one', email: 'm' }, { wait: { for: '12m' } }, { id: 'two', email: 'm' }] } as Fields;
    for (const min of [11, 16]) {
      const tasks = fresh();
      playAt(tasks, [0, to(DEVICES, publish(fields))], a(1), login(10), [min, to(USERS, publish(fields))]);
      tasks.settle(min < 13 ? 3 * MIN : 4 * MIN - 1);
      expect(told(tasks).length).toBe(min < 13 ? 2 : 1);
      tasks.settle(HOUR);
      expect(told(tasks).slice(1)).toEqual([['u:ada', 'two', 13]]);
    }
  });

  it('takes in what became of its messages, and goes on from there', () => {
    const branch = { if: 'one.sent', do: [{ id: 'two', email: 'm' }] };
    const fields = { ...WAITING, do: [{ id: 'one', email: 'm' }, branch], limit: { runs: 1 } } as Fields;
    const tasks = fresh(false);
    playAt(tasks, [0, to(DEVICES, publish(fields))], a(1), login(10));
    const [one] = [...tasks.actions.values()];
    playAt(tasks, [12, { ...outcomeEvent(one!, 'sent', tasks.now, tasks.now), person: 'u:ada' }]);
    expect(told(tasks).length).toBe(1);
    playAt(tasks, [15, to(USERS, publish(fields))], a(16, 'u:ada'));
    tasks.settle(3 * HOUR);
    // The limit knows of the run that came: the user's own attempt writes nothing.
    expect(told(tasks).slice(1).map(([person, step]) => [person, step])).toEqual([['u:ada', 'two']]); // prettier-ignore
    expect(count(tasks, 'run-limited')).toBe(1);
  });

  it('counts for a limit by what went out meanwhile', () => {
    const fields = { ...WAITING, limit: { runs: 1 } } as Fields;
    const tasks = fresh(false);
    playAt(tasks, [0, to(DEVICES, publish(fields))], a(1), login(10));
    const [one] = [...tasks.actions.values()];
    playAt(tasks, [12, { ...outcomeEvent(one!, 'sent', tasks.now, tasks.now), person: 'u:ada' }]);
    playAt(tasks, [15, to(USERS, publish(fields))], [16, at(16 * MIN, 'u:ada', 'a', { properties: { k: 2 } })]);
    expect([told(tasks).length, count(tasks, 'run-limited')]).toEqual([1, 1]);
  });

  it('sees what a wait of it looks for, where an older version looked for the same', () => {
    const until = { wait: { until: { event: 'b' }, atMost: '1h' } };
    const fields = { ...WAITING, do: [{ id: 'one', email: 'm' }, until, { id: 'two', email: 'm' }] } as Fields;
    const tasks = fresh();
    playAt(tasks, [0, to([USERS, DEVICES], publish(fields))], [0, to(DEVICES, publish(fields, 2))], a(1), login(10), b(12));
    playAt(tasks, [15, to(USERS, publish(fields, 2))]);
    tasks.settle(3 * HOUR);
    expect(told(tasks).slice(1)).toEqual([['u:ada', 'two', 12]]);
  });

  it('meets what the user began meanwhile under an older version', () => {
    const tasks = fresh();
    playAt(tasks, [0, to([USERS, DEVICES], publish(CART))], [0, to(DEVICES, publish(CART, 2))], a(1), login(10));
    playAt(tasks, a(12, 'u:ada'), [15, to(USERS, publish(CART, 2))]);
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([['u:ada', 'one', 61]]);
  });

  it('meets nobody before', () => {
    const tasks = fresh();
    playAt(tasks, [0, to([USERS, DEVICES], publish(CART))], a(1, 'u:ada'), [1, to(DEVICES, publish(CART, 2))], a(2), login(10));
    expect(tasks.state('u:ada')?.runs.length).toBe(2);
    tasks.settle(3 * HOUR);
    expect([told(tasks), count(tasks, 'run-unpublished')]).toEqual([[['u:ada', 'one', 61]], 1]);
  });
});

describe('what a partition was told before a version was published there is not known to its runs', () => {
  it.each([
    [5, 3],
    [15, 3],
    [15, 12],
  ])('so that where absence counts nobody is written to: published at minute %d, bought at %d', (published, bought) => {
    for (const isBought of [true, false]) {
      const tasks = fresh();
      const all = [login(10), [published, to(USERS, publish(CART))] as const, ...(isBought ? [b(bought)] : [])];
      playAt(tasks, [0, to(DEVICES, publish(CART))], a(1), ...all.sort(([x], [y]) => x - y));
      tasks.settle(3 * HOUR);
      expect(told(tasks)).toEqual([]);
    }
  });

  it('but what an older version asked as well is known', () => {
    for (const bought of [undefined, 3, 12, 20]) {
      const tasks = fresh();
      const all = [login(10), [15, to(USERS, publish(CART, 2))] as const, ...(bought === undefined ? [] : [b(bought)])];
      playAt(tasks, [0, to([USERS, DEVICES], publish(CART))], [0, to(DEVICES, publish(CART, 2))], a(1));
      playAt(tasks, ...all.sort(([x], [y]) => x - y));
      tasks.settle(3 * HOUR);
      expect(told(tasks)).toEqual(bought === undefined ? [['u:ada', 'one', 61]] : []);
    }
  });

  it('and an exit ends what may have been ended', () => {
    const tasks = fresh();
    const fields = { ...WAITING, exit: [{ event: 'x' }] } as Fields;
    playAt(tasks, [0, to(DEVICES, publish(fields))], a(1), login(10), [12, to(USERS, publish(fields))]);
    tasks.settle(3 * HOUR);
    expect(told(tasks)).toEqual([['a:x', 'one', 1]]);
  });
});

describe('publication, handoff and purchases in any order, with crashes and repeats', () => {
  const moves = fc.array(fc.tuple(fc.nat({ max: 9 }), fc.nat({ max: 9 })), { maxLength: 60 });

  it.each([false, true])('a message goes out once, and only where nothing was bought (an older version there: %s)', (isOld) => {
    const minute = fc.integer({ min: 1, max: 40 });
    const history = fc.record({
      handoff: minute,
      published: minute,
      bought: fc.option(minute),
      by: fc.constantFrom('u:ada', 'a:x'),
    });
    fc.assert(
      fc.property(history, moves, ({ handoff, published, bought, by }, steps) => {
        const tasks = fresh();
        playAt(tasks, [0, to(isOld ? [USERS, DEVICES] : DEVICES, publish(CART))], ...(isOld ? [[0, to(DEVICES, publish(CART, 2))] as const] : []), a(1)); // prettier-ignore
        const rest = [
          login(handoff),
          [published, to(USERS, publish(CART, isOld ? 2 : 1))] as const,
          ...(bought === null ? [] : [b(bought, by)]),
        ].sort(([x], [y]) => x - y);
        for (const [move, n] of steps) {
          const next = move <= 1 ? rest.shift() : undefined;
          if (next !== undefined) {
            tasks.pass(Math.max(0, START + next[0] * MIN - tasks.now));
            if ('control' in next[1]) for (const where of next[1].where) tasks.control(where, next[1].control);
            else tasks.receive(next[1]);
          } else if (move <= 3) tasks.arrive(n, n % 4 === 0);
          else if (move <= 6) tasks.work(n, 1 + (n % 3));
          else if (move === 7) tasks.tick(n);
          else if (move === 8) tasks.partitions[n % 2]?.keep();
          else tasks.partitions[n % 2]?.crash();
        }
        playAt(tasks, ...rest);
        tasks.settle(5 * HOUR);
        tasks.settle(100 * HOUR);

        expect(told(tasks).length).toBeLessThanOrEqual(1);
        if (bought !== null && bought > 1) expect(told(tasks)).toEqual([]);
        // A message is due where nothing was bought, and the publication came in time; all that was on its way took no time.
        const isSure = isOld && bought === null && published < handoff + WAIT_MIN;
        if (isSure && steps.length === 0) expect(told(tasks)).toEqual([['u:ada', 'one', 61]]);
        expect(tasks.state('u:ada')?.runs ?? []).toEqual([]);
        expect(tasks.asking).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
