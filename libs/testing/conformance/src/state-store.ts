import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import type { Checkpoint, StateStore, TaskChange, TaskStore, Timer } from '@tripline/ports';

/** A place where states are kept; `store` makes the adapter over it anew, as a restarted process would. */
export type StateStorePlace = { store(): StateStore; close(): Promise<void> };

const END = makeInstant(8_000_000_000_000);
const timer = (due: number, deadline: number, person: string): Timer => ({
  due: makeInstant(due),
  deadline: makeInstant(deadline),
  person,
});
const checkpointAt = (next: number): Checkpoint => ({ next, clock: makeInstant(next * 10) });
const change = (next: number, fields: Partial<TaskChange> = {}): TaskChange => ({
  checkpoint: checkpointAt(next),
  people: new Map(),
  timersRemoved: [],
  timersAdded: [],
  ...fields,
});
const people = (entries: Record<string, string | null>): Map<string, Uint8Array | null> =>
  new Map(Object.entries(entries).map(([key, text]) => [key, text === null ? null : encodeUtf8(text)]));
const textOf = (task: TaskStore, key: string): string | undefined => {
  const bytes = task.person(key);
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes);
};

/** Every promise of the `StateStore` port, for an adapter to keep. */
export function describeStateStore(name: string, open: () => Promise<StateStorePlace>): void {
  describe(`a state store: ${name}`, () => {
    let place: StateStorePlace;
    let task: TaskStore;
    beforeEach(async () => {
      place = await open();
      task = await place.store().open(3);
    });
    afterEach(async () => {
      await task.close();
      await place.close();
    });
    const reopen = async (): Promise<void> => {
      await task.close();
      task = await place.store().open(3);
    };

    test('a task that never committed knows nothing', () => {
      expect(task.checkpoint()).toBeUndefined();
      expect(task.definitions()).toBeUndefined();
      expect(task.person('u:ada')).toBeUndefined();
      expect(task.timers(END, 10)).toEqual([]);
    });

    test('what was committed is read back, also after the store was opened anew', async () => {
      const last = { offset: 6, appended: makeInstant(66), hash: 'h' };
      const checkpoint = { next: 7, clock: makeInstant(70), last };
      const definitions = new Uint8Array([0, 255, 1]);
      await task.commit({
        ...change(7),
        checkpoint,
        definitions,
        people: people({ 'u:ada': 'A' }),
        timersAdded: [timer(5, 4, 'u:ada')],
      });
      for (const look of [() => Promise.resolve(), reopen]) {
        await look();
        expect(task.checkpoint()).toEqual(checkpoint);
        expect([...(task.definitions() ?? [])]).toEqual([0, 255, 1]);
        expect(textOf(task, 'u:ada')).toBe('A');
        expect(task.timers(END, 10)).toEqual([timer(5, 4, 'u:ada')]);
      }
    });

    test('a person is replaced, forgotten by null, and others are untouched', async () => {
      await task.commit(change(1, { people: people({ a: '1', b: '2', c: '3' }) }));
      await task.commit(change(2, { people: people({ a: '9', b: null, unknown: null }) }));
      await reopen();
      expect(['a', 'b', 'c', 'unknown'].map((key) => textOf(task, key))).toEqual(['9', undefined, '3', undefined]);
    });

    test('definitions stay where a change names none', async () => {
      await task.commit(change(1, { definitions: encodeUtf8('D') }));
      await task.commit(change(2));
      expect(new TextDecoder().decode(task.definitions())).toBe('D');
    });

    test('reads see the last commit, and nothing of the one under way', async () => {
      await task.commit(change(1, { people: people({ a: 'old' }), timersAdded: [timer(1, 1, 'a')] }));
      const committing = task.commit(
        change(2, { people: people({ a: 'new', b: 'new' }), timersRemoved: [timer(1, 1, 'a')], timersAdded: [timer(2, 2, 'a')] }),
      );
      expect([task.checkpoint()?.next, textOf(task, 'a'), textOf(task, 'b')]).toEqual([1, 'old', undefined]);
      expect(task.timers(END, 10)).toEqual([timer(1, 1, 'a')]);
      await committing;
      expect([task.checkpoint()?.next, textOf(task, 'a'), textOf(task, 'b')]).toEqual([2, 'new', 'new']);
      expect(task.timers(END, 10)).toEqual([timer(2, 2, 'a')]);
    });

    test('at no moment is a part of a commit seen', async () => {
      const keys = Array.from({ length: 2_000 }, (_, i) => `u:${i}`);
      await task.commit(change(1, { people: people(Object.fromEntries(keys.map((key) => [key, '1']))) }));
      let ended = false;
      const committing = task
        .commit(change(2, { people: people(Object.fromEntries(keys.map((key) => [key, '2']))) }))
        .then(() => (ended = true));
      while (!ended) {
        const seen = new Set([String(task.checkpoint()?.next), ...['u:0', 'u:999', 'u:1999'].map((key) => textOf(task, key))]);
        expect(seen.size).toBe(1);
        await new Promise(setImmediate);
      }
      await committing;
      expect([task.checkpoint()?.next, textOf(task, 'u:1999')]).toEqual([2, '2']);
    });

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
      await task.commit(change(1, { timersAdded: [...ordered].reverse() }));
      expect(task.timers(END, 100)).toEqual(ordered);
      expect(task.timers(makeInstant(9), 100)).toEqual(ordered.slice(0, 6));
      expect(task.timers(makeInstant(8), 100)).toEqual(ordered.slice(0, 2));
      expect(task.timers(END, 3)).toEqual(ordered.slice(0, 3));
      expect(task.timers(makeInstant(-6), 3)).toEqual([]);
      expect(task.timers(END, 0)).toEqual([]);
    });

    test('timers can be read on from behind one, whether it is still there or not', async () => {
      const ordered = [timer(1, 1, 'a'), timer(1, 1, 'b'), timer(2, 1, 'a'), timer(3, 1, 'a')];
      await task.commit(change(1, { timersAdded: ordered }));
      expect(task.timers(END, 2, ordered[0])).toEqual(ordered.slice(1, 3));
      expect(task.timers(END, 9, timer(1, 1, 'aa'))).toEqual(ordered.slice(1));
      expect(task.timers(makeInstant(2), 9, ordered[1])).toEqual([ordered[2]]);
      expect(task.timers(END, 9, ordered[3])).toEqual([]);
    });

    test('persons with the same instants come in the order of UTF-16 units, whatever they are called', async () => {
      const names = ['u:\u0000', 'u:a', 'u:a\u0000b', 'u:aa', 'u:é', 'u:ж', 'u:😀', 'u:\uffee'];
      await task.commit(
        change(1, {
          timersAdded: names.map((person) => timer(1, 1, person)).reverse(),
          people: people(Object.fromEntries(names.map((key) => [key, key]))),
        }),
      );
      expect(task.timers(END, 100).map(({ person }) => person)).toEqual(names);
      expect(names.map((key) => textOf(task, key))).toEqual(names);
    });

    test('removals are applied before additions; removing what is not there changes nothing', async () => {
      const same = timer(5, 5, 'a');
      await task.commit(change(1, { timersAdded: [same] }));
      await task.commit(change(2, { timersRemoved: [same, timer(6, 6, 'x')], timersAdded: [same, timer(7, 7, 'b')] }));
      expect(task.timers(END, 10)).toEqual([same, timer(7, 7, 'b')]);
      await task.commit(change(3, { timersRemoved: [same] }));
      await reopen();
      expect(task.timers(END, 10)).toEqual([timer(7, 7, 'b')]);
    });

    test('the bytes it was given are its own once committed: a caller may use the buffer again', async () => {
      const buffer = encodeUtf8('....mine....');
      await task.commit(change(1, { people: new Map([['a', buffer.subarray(4, 8)]]) }));
      buffer.fill(0x78);
      expect(textOf(task, 'a')).toBe('mine');
      await task.commit(change(2, { people: people({ b: 'next' }) }));
      await reopen();
      expect([textOf(task, 'a'), textOf(task, 'b')]).toEqual(['mine', 'next']);
    });

    test('empty and large states of a person are kept', async () => {
      const large = new Uint8Array(300_000).map((_, i) => i % 251);
      await task.commit(change(1, { people: new Map([['large', large], ['empty', new Uint8Array(0)]]) })); // prettier-ignore
      await reopen();
      expect(task.person('large')).toHaveLength(large.length);
      expect([...(task.person('large') ?? [])].every((byte, i) => byte === i % 251)).toBe(true);
      expect(task.person('empty')).toHaveLength(0);
    });

    test('tasks do not see each other', async () => {
      const other = await place.store().open(4);
      await task.commit(change(1, { people: people({ a: '3' }), timersAdded: [timer(1, 1, 'a')] }));
      expect([other.checkpoint(), other.person('a'), other.timers(END, 1)]).toEqual([undefined, undefined, []]);
      await other.close();
    });

    test('a second commit while one is under way is refused', async () => {
      const first = task.commit(change(1));
      await expect(task.commit(change(2))).rejects.toThrow('one commit at a time');
      await first;
      expect(task.checkpoint()?.next).toBe(1);
    });
  });
}
