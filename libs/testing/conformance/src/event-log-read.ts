import { expect, test } from '@jest/globals';
import { AssertionError, decodeUtf8, OperatingError } from '@tripline/kernel';
import type { Batch } from '@tripline/ports';
import { Collector, makeGate, until, type LogBench } from './log-bench.js';

/** One reader of a group: where it begins, what it is given, and how its position moves. */
export function readPromises(bench: () => LogBench): void {
  test('reads from the earliest record, in order, with positions for progress and lag', async () => {
    const topic = await bench().topic();
    const places = await bench().append(topic, ['a', 'b', 'c']);
    const reader = new Collector([topic]);
    await bench().read(reader);
    await until('all was read', () => reader.texts.length === 3);
    expect(reader.texts).toEqual(['a', 'b', 'c']);
    expect(reader.batches.flatMap((b) => b.records.map((r) => [r.offset, r.appended]))).toEqual(
      places.map((p) => [p.offset, p.at]),
    );
    expect(reader.batches.at(-1)).toMatchObject({ topic, partition: 0, next: 3, end: 3 });
    await until('it was committed', async () => (await bench().log.committed(reader.group, topic)).get(0) === 3);
  });

  test('is given what is appended while it waits, soon', async () => {
    const topic = await bench().topic(2);
    const reader = new Collector([topic]);
    await bench().read(reader);
    await bench().append(topic, ['first'], 1);
    await until('the first came', () => reader.texts.length === 1);
    const began = Date.now();
    await bench().append(topic, ['second'], 0);
    await until('the second came', () => reader.texts.length === 2);
    expect(Date.now() - began).toBeLessThan(2_000);
  });

  test('goes on where it committed, after the process was closed and opened again', async () => {
    const topic = await bench().topic();
    await bench().append(topic, ['1', '2']);
    const before = new Collector([topic]);
    const reading = await bench().read(before);
    await until('all was read', () => before.texts.length === 2);
    await reading.close();
    expect((await bench().log.committed(before.group, topic)).get(0)).toBe(2);
    await bench().reopen();
    await bench().append(topic, ['3']);
    const after = new Collector([topic], before.group);
    await bench().read(after);
    await until('the rest was read', () => after.texts.length > 0);
    expect(after.texts).toEqual(['3']);
  });

  test('begins at its own position where it names one, and groups do not disturb each other', async () => {
    const topic = await bench().topic();
    await bench().append(topic, ['0', '1', '2', '3']);
    const all = new Collector([topic]);
    const own = new Collector([topic]);
    own.assigned = () => Promise.resolve(2);
    await bench().read(all);
    await bench().read(own);
    await until('both were done', () => all.texts.length === 4 && own.texts.length >= 2);
    expect(own.texts).toEqual(['2', '3']);
  });

  test('halts a partition whose own position the log does not have, and skips nothing', async () => {
    const topic = await bench().topic(2);
    await bench().append(topic, ['x']);
    await bench().append(topic, ['y'], 1);
    const reader = new Collector([topic]);
    reader.assigned = (_, partition) => Promise.resolve(partition === 0 ? 7 : undefined);
    await bench().read(reader);
    await until('it halted', () => reader.halts.length > 0);
    expect(reader.halts).toMatchObject([{ error: { code: 'offset-gap', retry: 'never' }, topic, partition: 0 }]);
    await until('the other partition was read', () => reader.texts.includes('y'));
    expect(reader.texts).toEqual(['y']);
  });

  test('follows from now on, all partitions, each follower for itself', async () => {
    const topic = await bench().topic(3);
    await bench().append(topic, ['old'], 1);
    const seen: string[][] = [[], []];
    const keep = (texts: string[]) => (batch: Batch) => (
      texts.push(...batch.records.map((r) => decodeUtf8(r.value))),
      Promise.resolve()
    );
    for (const texts of seen) await bench().follow([topic], keep(texts));
    for (const partition of [0, 1, 2]) await bench().append(topic, [`new ${partition}`], partition);
    await until('both saw all', () => seen.every((texts) => texts.length >= 3));
    for (const texts of seen) expect([...texts].sort()).toEqual(['new 0', 'new 1', 'new 2']);
  });
}

/** What a failing or slow handler does to its partition, and to others. */
export function failurePromises(bench: () => LogBench): void {
  test('brings the same batch again after a failure that may pass, and commits nothing before', async () => {
    const topic = await bench().topic();
    await bench().append(topic, ['a', 'b']);
    const reader = new Collector([topic]);
    const tries: number[] = [];
    const passing = [new OperatingError('busy', 'later', 'not now'), new Error('anything else'), undefined];
    reader.handle = async (batch) => {
      tries.push(batch.records[0]?.offset ?? -1);
      const error = passing.shift();
      expect((await bench().log.committed(reader.group, topic)).get(0)).toBeUndefined();
      if (error !== undefined) throw error;
    };
    await bench().read(reader);
    await until('it was committed', async () => (await bench().log.committed(reader.group, topic)).get(0) === 2);
    expect(tries).toEqual([0, 0, 0]);
    expect(reader.halts).toEqual([]);
  });

  const final = [new OperatingError('refused', 'never', 'never'), new AssertionError('the program is wrong')];
  test.each(final)('halts the partition for good on %p, while others go on', async (error) => {
    const topic = await bench().topic(2);
    await bench().append(topic, ['bad'], 0);
    const reader = new Collector([topic]);
    let tries = 0;
    reader.handle = (batch) => {
      if (batch.partition === 0) tries++;
      return batch.partition === 0 ? Promise.reject(error) : Collector.prototype.handle.call(reader, batch);
    };
    await bench().read(reader);
    await until('it halted', () => reader.halts.length > 0);
    await bench().append(topic, ['more'], 0);
    await bench().append(topic, ['good'], 1);
    await until('the other went on', () => reader.texts.includes('good'));
    expect([reader.halts, tries]).toEqual([[{ error, topic, partition: 0 }], 1]);
    expect((await bench().log.committed(reader.group, topic)).get(0)).toBeUndefined();
  });

  test('handles one batch of a partition at a time, and lets no slow partition hold up another', async () => {
    const topic = await bench().topic(2);
    await bench().append(topic, ['slow'], 0);
    const gate = makeGate();
    const reader = new Collector([topic]);
    let inside = 0;
    reader.handle = async (batch) => {
      if (batch.partition === 0) {
        expect(++inside).toBe(1);
        await gate.passed;
        inside--;
      }
      await Collector.prototype.handle.call(reader, batch);
    };
    await bench().read(reader);
    await until('the slow one is being handled', () => inside === 1);
    await bench().append(topic, ['slow too'], 0);
    for (let i = 0; i < 5; i++) {
      await bench().append(topic, [`fast ${i}`], 1);
      await until('the fast one went on', () => reader.texts.includes(`fast ${i}`));
    }
    gate.open();
    await until('the slow one went on', () => reader.texts.includes('slow too'));
    expect(reader.texts.indexOf('slow')).toBeLessThan(reader.texts.indexOf('slow too'));
  });
}
