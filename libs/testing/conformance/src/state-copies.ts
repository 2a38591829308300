import { expect, test } from '@jest/globals';
import { encodeUtf8, makeInstant } from '@tripline/kernel';
import { PART_ROWS_MAX, type StateCopy, type StatePart, type Timer, type WholeState } from '@tripline/ports';
import { change, END, people, timer, type StateRig } from './state-rig.js';

/** The promises of the `StateStore` port: a state that is held still, and one that takes another's place. */
export function copyPromises(rig: StateRig): void {
  const copy = (): StateCopy => rig.task.copy() as StateCopy;
  const replace = async (task: number, state: WholeState): Promise<void> => {
    await rig.place.store().replace(task, state);
  };

  test('of a task that never committed there is no copy', () => {
    expect(rig.task.copy()).toBeUndefined();
  });

  test('a copy shows one commit, whatever is committed while it is read', async () => {
    const checkpoint = { next: 7, clock: makeInstant(70), last: { offset: 6, appended: makeInstant(66), hash: 'h' } };
    const definitions = encodeUtf8('in force');
    await rig.task.commit({ ...change(7), checkpoint, definitions, ...filled(5_000) });
    const held = copy();
    await rig.task.commit(
      change(8, { people: people({ 'u:0': null, 'u:1': 'other', new: 'new' }), timersRemoved: [timer(0, 0, 'u:0')] }),
    );
    const parts = [...held.parts()];
    await rig.task.commit(change(9, { people: people({ 'u:2': 'other' }) }));
    held.close();
    expect([held.checkpoint, textOf(held.definitions)]).toEqual([checkpoint, 'in force']);
    const { rows, timers } = joined(parts);
    expect(rows.size).toBe(5_000);
    expect([textOf(rows.get('u:0')), textOf(rows.get('u:1')), textOf(rows.get('u:2'))]).toEqual(['0', '1', '2']);
    expect(timers).toHaveLength(5_000);
    expect(parts.every((part) => part.people.size + part.timers.length <= PART_ROWS_MAX)).toBe(true);
    expect(rig.textOf('u:1')).toBe('other');
  });

  test('a copy put in the place of another task is that state, and nothing of what was there', async () => {
    await rig.task.commit({ ...change(7), definitions: encodeUtf8('in force'), ...filled(3_000) });
    const other = await rig.place.store().open(4);
    await other.commit(change(99, { people: people({ mine: 'mine', 'u:1': 'mine' }), timersAdded: [timer(1, 1, 'mine')] }));
    await other.close();
    const held = copy();
    await replace(4, whole(held));
    held.close();
    const replaced = await rig.place.store().open(4);
    expect([replaced.checkpoint(), textOf(replaced.definitions())]).toEqual([held.checkpoint, 'in force']);
    expect([textOf(replaced.person('u:1')), replaced.person('mine')]).toEqual(['1', undefined]);
    const timers = replaced.timers(END, 10_000);
    expect([timers.length, timers[1]]).toEqual([3_000, timer(1, 1, 'u:1')]);
    await replaced.commit(change(8, { people: people({ 'u:1': 'on' }) }));
    expect(textOf(replaced.person('u:1'))).toBe('on');
    await replaced.close();
  });

  test('a state that ends in the middle takes nobody’s place', async () => {
    await rig.task.commit(change(7, filled(10)));
    await rig.task.close();
    async function* parts(): AsyncGenerator<StatePart> {
      yield await Promise.resolve({ people: new Map([['u:1', encodeUtf8('half')]]), timers: [] });
      throw new Error('cut off');
    }
    await expect(replace(3, { checkpoint: change(50).checkpoint, definitions: undefined, parts })).rejects.toThrow('cut off');
    rig.task = await rig.place.store().open(3);
    expect([rig.task.checkpoint()?.next, rig.textOf('u:1')]).toEqual([7, '1']);
  });

  test('an empty state can be put in the place of one', async () => {
    await rig.task.commit(change(7, filled(10)));
    await rig.task.close();
    await replace(3, { checkpoint: change(1).checkpoint, definitions: undefined, parts: nothing });
    rig.task = await rig.place.store().open(3);
    expect([rig.task.checkpoint()?.next, rig.textOf('u:1'), rig.task.timers(END, 1)]).toEqual([1, undefined, []]);
  });
}

async function* nothing(): AsyncGenerator<StatePart> {}

const filled = (count: number): { people: Map<string, Uint8Array>; timersAdded: Timer[] } => {
  const all = Array.from({ length: count }, (_, i) => i);
  return {
    people: new Map(all.map((i) => [`u:${i}`, encodeUtf8(String(i))])),
    timersAdded: all.map((i) => timer(i, i, `u:${i}`)),
  };
};

const textOf = (bytes: Uint8Array | undefined): string | undefined => bytes && new TextDecoder().decode(bytes);

function joined(parts: readonly StatePart[]): { rows: Map<string, Uint8Array>; timers: Timer[] } {
  return { rows: new Map(parts.flatMap((part) => [...part.people])), timers: parts.flatMap((part) => part.timers) };
}

function whole(copy: StateCopy): WholeState {
  const { checkpoint, definitions } = copy;
  return {
    checkpoint,
    definitions,
    async *parts() {
      for (const part of copy.parts()) yield await Promise.resolve(part);
    },
  };
}
