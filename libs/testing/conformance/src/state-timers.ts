import { expect, test } from '@jest/globals';
import { makeInstant } from '@tripline/kernel';
import { change, END, people, timer, type StateRig } from './state-rig.js';

/** The promises of the `StateStore` port: the order of timers. */
export function timerPromises(rig: StateRig): void {
  test('timers come by due, then deadline, then person, and only up to the instant asked for, that one included', async () => {
    const ordered = [
      timer(-5, -7, 'z'),
      timer(0, 0, 'a'),
      timer(9, 1, 'z'),
      timer(9, 2, 'a'),
      timer(9, 2, 'b'),
      timer(9, 2, 'ba'),
      timer(10, 0, 'a'),
      timer(1_800_000_000_000, 0, 'a'),
    ];
    await rig.task.commit(change(1, { timersAdded: [...ordered].reverse() }));
    expect(rig.task.timers(END, 100)).toEqual(ordered);
    expect(rig.task.timers(makeInstant(9), 100)).toEqual(ordered.slice(0, 6));
    expect(rig.task.timers(makeInstant(8), 100)).toEqual(ordered.slice(0, 2));
    expect(rig.task.timers(END, 3)).toEqual(ordered.slice(0, 3));
    expect(rig.task.timers(makeInstant(-6), 3)).toEqual([]);
    expect(rig.task.timers(END, 0)).toEqual([]);
  });

  test('timers can be read on from behind one, whether it is still there or not', async () => {
    const ordered = [timer(1, 1, 'a'), timer(1, 1, 'b'), timer(2, 1, 'a'), timer(3, 1, 'a')];
    await rig.task.commit(change(1, { timersAdded: ordered }));
    expect(rig.task.timers(END, 2, ordered[0])).toEqual(ordered.slice(1, 3));
    expect(rig.task.timers(END, 9, timer(1, 1, 'aa'))).toEqual(ordered.slice(1));
    expect(rig.task.timers(makeInstant(2), 9, ordered[1])).toEqual([ordered[2]]);
    expect(rig.task.timers(END, 9, ordered[3])).toEqual([]);
  });

  test('persons with the same instants come in the order of UTF-16 units, whatever they are called', async () => {
    const names = ['u:\u0000', 'u:a', 'u:a\u0000b', 'u:aa', 'u:é', 'u:ж', 'u:😀', 'u:\uffee'];
    await rig.task.commit(
      change(1, {
        timersAdded: names.map((person) => timer(1, 1, person)).reverse(),
        people: people(Object.fromEntries(names.map((key) => [key, key]))),
      }),
    );
    expect(rig.task.timers(END, 100).map(({ person }) => person)).toEqual(names);
    expect(names.map((key) => rig.textOf(key))).toEqual(names);
  });

  test('removals are applied before additions; removing what is not there changes nothing', async () => {
    const same = timer(5, 5, 'a');
    await rig.task.commit(change(1, { timersAdded: [same] }));
    await rig.task.commit(change(2, { timersRemoved: [same, timer(6, 6, 'x')], timersAdded: [same, timer(7, 7, 'b')] }));
    expect(rig.task.timers(END, 10)).toEqual([same, timer(7, 7, 'b')]);
    await rig.task.commit(change(3, { timersRemoved: [same] }));
    await rig.reopen();
    expect(rig.task.timers(END, 10)).toEqual([timer(7, 7, 'b')]);
  });
}
