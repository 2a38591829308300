import { expect, test } from '@jest/globals';
import type { Batch } from '@tripline/ports';
import { Collector, makeGate, newName, textOf, until, type LogBench } from './log-bench.js';

const TAKEOVER_MS = 60_000;

/** Several members of one group, and what happens to a partition that changes hands. */
export function groupPromises(bench: () => LogBench): void {
  test(
    'shares the partitions among members, and the survivor takes over where the other had come to',
    async () => {
      const topic = await bench().topic(4);
      const group = newName('group');
      const [a, b] = [new Collector([topic], group), new Collector([topic], group)];
      const first = await bench().read(a);
      await bench().read(b);
      await until('they share', () => a.held.size === 2 && b.held.size === 2, TAKEOVER_MS);
      expect(new Set([...a.held, ...b.held]).size).toBe(4);
      for (const partition of [0, 1, 2, 3]) await bench().append(topic, [`before ${partition}`], partition);
      await until('all was read', () => a.texts.length + b.texts.length >= 4);
      await first.close();
      expect(a.held.size).toBe(0);
      await until('the survivor has all', () => b.held.size === 4, TAKEOVER_MS);
      for (const partition of [0, 1, 2, 3]) await bench().append(topic, [`after ${partition}`], partition);
      await until('the rest was read', () => b.texts.filter((t) => t.startsWith('after')).length >= 4);
      const texts = [...a.texts, ...b.texts].sort();
      expect(texts).toEqual(['after 0', 'after 1', 'after 2', 'after 3', 'before 0', 'before 1', 'before 2', 'before 3']);
    },
    2 * TAKEOVER_MS,
  );

  test(
    'says of a batch whether its partition is still held, and calls revoked only when it is no longer being handled',
    async () => {
      const topic = await bench().topic(2);
      const group = newName('group');
      const [a, b] = [new Collector([topic], group), new Collector([topic], group)];
      for (const partition of [0, 1]) await bench().append(topic, [`${partition}`], partition);
      const gate = makeGate();
      const handling: Batch[] = [];
      a.handle = async (batch) => {
        handling.push(batch);
        await gate.passed;
      };
      await bench().read(a);
      await until('both are being handled', () => handling.length === 2);
      expect(handling.map((batch) => batch.held())).toEqual([true, true]);
      await bench().read(b);
      await until('one was taken away', () => handling.some((batch) => !batch.held()), TAKEOVER_MS);
      expect(handling.filter((batch) => batch.held())).toHaveLength(1);
      expect(a.gone).toEqual([]);
      gate.open();
      await until('it was told', () => a.gone.length === 1, TAKEOVER_MS);
      const lost = handling.find((batch) => !batch.held());
      expect(a.gone).toEqual([`${topic}/${lost?.partition}`]);
      await bench().append(topic, ['later'], lost?.partition);
      await until('the new owner goes on', () => b.texts.includes('later'), TAKEOVER_MS);
    },
    2 * TAKEOVER_MS,
  );

  test(
    'names who has which partition by the address they gave, also after a move; who gave none is left out',
    async () => {
      const topic = await bench().topic(4);
      const group = newName('group');
      const [a, b, c] = [{ address: 'http://a' }, { address: 'http://b/inner' }, {}].map((said) => Object.assign(new Collector([topic], group), said)) as [Collector, Collector, Collector]; // prettier-ignore
      const owners = async (): Promise<string> => JSON.stringify([...((await bench().log.owners(group, topic)) ?? [])].sort());
      const named = (...members: readonly (Collector & { address?: string })[]): string =>
        JSON.stringify([0, 1, 2, 3].flatMap((partition) => members.filter(({ held }) => held.has(`${topic}/${partition}`)).map(({ address }) => [partition, address]))); // prettier-ignore
      const settle = (what: string, ...sizes: number[]): Promise<void> =>
        until(what, async () => JSON.stringify([a, b, c].map(({ held }) => held.size)) === JSON.stringify(sizes) && (await owners()) === named(a, b), TAKEOVER_MS); // prettier-ignore
      expect(await owners()).toBe('[]');
      const first = await bench().read(a);
      await settle('one is named for all', 4, 0, 0);
      await bench().read(b);
      await settle('both are named', 2, 2, 0);
      await first.close();
      await settle('the survivor is named for all', 0, 4, 0);
      await bench().read(c);
      await settle('one says nothing of itself', 0, 2, 2);
    },
    4 * TAKEOVER_MS,
  );

  test('waits at close for what is being handled, commits it, and takes leave of its partitions', async () => {
    const topic = await bench().topic();
    await bench().append(topic, ['a']);
    const gate = makeGate();
    const reader = new Collector([topic]);
    let began = false;
    let handled = false;
    reader.handle = async () => {
      began = true;
      await gate.passed;
      expect(reader.gone).toEqual([]);
      handled = true;
    };
    const reading = await bench().read(reader);
    await until('it is being handled', () => began);
    const closing = reading.close();
    gate.open();
    await closing;
    expect([handled, reader.gone]).toEqual([true, [`${topic}/0`]]);
    expect((await bench().log.committed(reader.group, topic)).get(0)).toBe(1);
    await reading.close();
  });

  test('a batch whose handler left it to the next owner, because it was no longer held, comes to them', async () => {
    const topic = await bench().topic();
    await bench().append(topic, ['a']);
    const gate = makeGate();
    const group = newName('group');
    const [reader, next] = [new Collector([topic], group), new Collector([topic], group)];
    const texts: string[] = [];
    let began = false;
    reader.handle = async (batch) => {
      began = true;
      await gate.passed;
      if (batch.held()) texts.push(...batch.records.map(textOf));
    };
    const reading = await bench().read(reader);
    await until('it is being handled', () => began);
    const closing = reading.close();
    setTimeout(() => gate.open(), 50);
    await closing;
    await bench().read(next);
    await bench().append(topic, ['b']);
    await until('the rest was read', () => next.texts.includes('b'), TAKEOVER_MS);
    expect([...texts, ...next.texts]).toEqual(['a', 'b']);
  });
}
