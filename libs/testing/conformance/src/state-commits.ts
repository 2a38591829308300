import { expect, test } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import { change, END, people, timer, type StateRig } from './state-rig.js';

/** The promises of the `StateStore` port: what a commit makes of people, definitions and checkpoint. */
export function commitPromises(rig: StateRig): void {
  test('a task that never committed knows nothing', () => {
    expect(rig.task.checkpoint()).toBeUndefined();
    expect(rig.task.definitions()).toBeUndefined();
    expect(rig.task.person('u:ada')).toBeUndefined();
    expect(rig.task.timers(END, 10)).toEqual([]);
  });

  test('what was committed is read back, also after the store was opened anew', async () => {
    const last = { offset: 6, appended: makeInstant(66), hash: 'h' };
    const checkpoint = { next: 7, clock: makeInstant(70), last };
    const definitions = new Uint8Array([0, 255, 1]);
    await rig.task.commit({
      ...change(7),
      checkpoint,
      definitions,
      people: people({ 'u:ada': 'A' }),
      timersAdded: [timer(5, 4, 'u:ada')],
    });
    for (const look of [() => Promise.resolve(), rig.reopen]) {
      await look();
      expect(rig.task.checkpoint()).toEqual(checkpoint);
      expect([...(rig.task.definitions() ?? [])]).toEqual([0, 255, 1]);
      expect(rig.textOf('u:ada')).toBe('A');
      expect(rig.task.timers(END, 10)).toEqual([timer(5, 4, 'u:ada')]);
    }
  });

  test('a person is replaced, forgotten by null, and others are untouched', async () => {
    await rig.task.commit(change(1, { people: people({ a: '1', b: '2', c: '3' }) }));
    await rig.task.commit(change(2, { people: people({ a: '9', b: null, unknown: null }) }));
    await rig.reopen();
    expect(['a', 'b', 'c', 'unknown'].map((key) => rig.textOf(key))).toEqual(['9', undefined, '3', undefined]);
  });

  test('definitions stay where a change names none', async () => {
    await rig.task.commit(change(1, { definitions: encodeUtf8('D') }));
    await rig.task.commit(change(2));
    expect(new TextDecoder().decode(rig.task.definitions())).toBe('D');
  });

  test('reads see the last commit, and nothing of the one under way', async () => {
    await rig.task.commit(change(1, { people: people({ a: 'old' }), timersAdded: [timer(1, 1, 'a')] }));
    const committing = rig.task.commit(
      change(2, { people: people({ a: 'new', b: 'new' }), timersRemoved: [timer(1, 1, 'a')], timersAdded: [timer(2, 2, 'a')] }),
    );
    expect([rig.task.checkpoint()?.next, rig.textOf('a'), rig.textOf('b')]).toEqual([1, 'old', undefined]);
    expect(rig.task.timers(END, 10)).toEqual([timer(1, 1, 'a')]);
    await committing;
    expect([rig.task.checkpoint()?.next, rig.textOf('a'), rig.textOf('b')]).toEqual([2, 'new', 'new']);
    expect(rig.task.timers(END, 10)).toEqual([timer(2, 2, 'a')]);
  });

  test('at no moment is a part of a commit seen', async () => {
    const keys = Array.from({ length: 2_000 }, (_, i) => `u:${i}`);
    await rig.task.commit(change(1, { people: people(Object.fromEntries(keys.map((key) => [key, '1']))) }));
    let ended = false;
    const committing = rig.task
      .commit(change(2, { people: people(Object.fromEntries(keys.map((key) => [key, '2']))) }))
      .then(() => (ended = true));
    while (!ended) {
      const seen = new Set([String(rig.task.checkpoint()?.next), ...['u:0', 'u:999', 'u:1999'].map((key) => rig.textOf(key))]);
      expect(seen.size).toBe(1);
      await new Promise(setImmediate);
    }
    await committing;
    expect([rig.task.checkpoint()?.next, rig.textOf('u:1999')]).toEqual([2, '2']);
  });

  test('the bytes it was given are its own once committed: a caller may use the buffer again', async () => {
    const buffer = encodeUtf8('....mine....');
    await rig.task.commit(change(1, { people: new Map([['a', buffer.subarray(4, 8)]]) }));
    buffer.fill(0x78);
    expect(rig.textOf('a')).toBe('mine');
    await rig.task.commit(change(2, { people: people({ b: 'next' }) }));
    await rig.reopen();
    expect([rig.textOf('a'), rig.textOf('b')]).toEqual(['mine', 'next']);
  });

  test('empty and large states of a person are kept', async () => {
    const large = new Uint8Array(300_000).map((_, i) => i % 251);
    await rig.task.commit(change(1, { people: new Map([['large', large], ['empty', new Uint8Array(0)]]) })); // prettier-ignore
    await rig.reopen();
    expect(rig.task.person('large')).toHaveLength(large.length);
    expect([...(rig.task.person('large') ?? [])].every((byte, i) => byte === i % 251)).toBe(true);
    expect(rig.task.person('empty')).toHaveLength(0);
  });

  test('tasks do not see each other', async () => {
    const other = await rig.place.store().open(4);
    await rig.task.commit(change(1, { people: people({ a: '3' }), timersAdded: [timer(1, 1, 'a')] }));
    expect([other.checkpoint(), other.person('a'), other.timers(END, 1)]).toEqual([undefined, undefined, []]);
    await other.close();
  });

  test('a second commit while one is under way is refused', async () => {
    const first = rig.task.commit(change(1));
    await expect(rig.task.commit(change(2))).rejects.toThrow('one commit at a time');
    await first;
    expect(rig.task.checkpoint()?.next).toBe(1);
  });
}
