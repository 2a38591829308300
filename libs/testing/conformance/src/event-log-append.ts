import { expect, test } from '@jest/globals';
import { encodeUtf8, partitionOf } from '@tripline/kernel';
import type { Entry } from '@tripline/ports';
import { newName, textOf, type LogBench } from './log-bench.js';

const KEYS = ['u:ada', 'u:bob', 'a:7', 'u:é', '', 'u:a much longer key than the others'];

/** Topics: what is made, and what is refused. */
export function topicPromises(bench: () => LogBench): void {
  test('makes the topics that are missing, and leaves those that are there', async () => {
    const topic = await bench().topic(3);
    await bench().append(topic, ['kept']);
    await bench().log.ensureTopics([{ name: topic, partitions: 3 }]);
    expect(await bench().log.partitions(topic)).toBe(3);
    expect(await bench().log.bounds(topic)).toEqual([0, 1, 2].map((partition) => ({ partition, first: 0, end: partition === 0 ? 1 : 0 }))); // prettier-ignore
  });

  test('refuses a topic that exists with another number of partitions', async () => {
    const topic = await bench().topic(2);
    const again = bench().log.ensureTopics([{ name: topic, partitions: 4 }]);
    await expect(again).rejects.toMatchObject({ name: 'OperatingError', code: 'partition-count', retry: 'never' });
    expect(await bench().log.partitions(topic)).toBe(2);
  });

  test('says which topic is unknown, whatever is asked of it', async () => {
    const topic = newName('nowhere');
    const unknown = { name: 'OperatingError', code: 'unknown-topic' };
    await expect(bench().log.partitions(topic)).rejects.toMatchObject(unknown);
    await expect(bench().log.bounds(topic)).rejects.toMatchObject(unknown);
    await expect(bench().append(topic, ['lost'])).rejects.toMatchObject(unknown);
    await expect(bench().log.fetch(topic, 0, 0, 1)).rejects.toMatchObject(unknown);
    await expect(bench().log.follow([topic], () => Promise.resolve())).rejects.toMatchObject(unknown);
    const subscription = { group: newName('group'), topics: [topic], handle: () => Promise.resolve() };
    await expect(bench().log.read(subscription)).rejects.toMatchObject(unknown);
  });
}

/** Appending: where an entry goes, what is kept of it, and what is refused. */
export function appendPromises(bench: () => LogBench): void {
  test('puts keyed entries where every Kafka client would, by murmur2', async () => {
    const topic = await bench().topic(5);
    const places = await bench().log.append(KEYS.map((key): Entry => ({ topic, key, value: encodeUtf8(key) })));
    expect(places.map((p) => p.partition)).toEqual(KEYS.map((key) => partitionOf(encodeUtf8(key), 5)));
  });

  test('answers where each entry stands, in the order of the entries', async () => {
    const topic = await bench().topic(2);
    const other = await bench().topic(1);
    const entry = (to: string, partition: number): Entry => ({ topic: to, key: 'u:ada', value: encodeUtf8('x'), partition });
    await bench().append(topic, ['before'], 1);
    const places = await bench().log.append([entry(topic, 1), entry(other, 0), entry(topic, 0), entry(topic, 1)]);
    expect(places.map((p) => [p.topic, p.partition, p.offset])).toEqual([[topic, 1, 1], [other, 0, 0], [topic, 0, 0], [topic, 1, 2]]); // prettier-ignore
  });

  test('keeps key, value and headers as they were', async () => {
    const topic = await bench().topic();
    const value = new Uint8Array([0, 255, 10, 13, 128]);
    const headers = { type: 'tick', 'x-é': 'ü', empty: '' };
    await bench().log.append([
      { topic, key: 'u:é', value, headers, partition: 0 },
      { topic, key: null, value: new Uint8Array(0), partition: 0 },
      { topic, key: '', value, partition: 0 },
    ]);
    const records = await bench().log.fetch(topic, 0, 0, 10);
    expect(records.map((r) => [r.key === null ? null : [...r.key], [...r.value], r.headers])).toEqual([
      [[...encodeUtf8('u:é')], [...value], headers],
      [null, [], {}],
      [[], [...value], {}],
    ]);
    expect(records.map((r) => [r.topic, r.partition, r.offset])).toEqual([0, 1, 2].map((offset) => [topic, 0, offset]));
  });

  test('stamps each entry with its own append time, which never goes back within a partition', async () => {
    const topic = await bench().topic();
    const places = [...(await bench().append(topic, ['a', 'b'])), ...(await bench().append(topic, ['c']))];
    const records = await bench().log.fetch(topic, 0, 0, 10);
    expect(records.map((r) => r.appended)).toEqual(places.map((p) => p.at));
    expect([...places].sort((a, b) => a.at - b.at)).toEqual(places);
    expect(Math.abs(Date.now() - (places[0]?.at ?? 0))).toBeLessThan(60_000);
  });

  test('appends nothing where there is nothing to append', async () => {
    expect(await bench().log.append([])).toEqual([]);
  });

  test('keeps the order of a partition, within a call and across calls that were not waited for', async () => {
    const topic = await bench().topic(2);
    const calls = Array.from({ length: 60 }, (_, i) => bench().append(topic, [`${i}a`, `${i}b`, `${i}c`], i % 2));
    const offsets = (await Promise.all(calls)).map((places) => places.map((p) => p.offset));
    expect(offsets[58]).toEqual([87, 88, 89]);
    for (const partition of [0, 1]) {
      const expected = Array.from({ length: 30 }, (_, i) => i * 2 + partition).flatMap((i) => [`${i}a`, `${i}b`, `${i}c`]);
      expect((await bench().log.fetch(topic, partition, 0, 1_000)).map(textOf)).toEqual(expected);
    }
  });

  test('takes many entries and large ones in one call', async () => {
    const topic = await bench().topic(2);
    const small = Array.from({ length: 5_000 }, (_, i): Entry => ({ topic, key: `u:${i % 97}`, value: encodeUtf8(String(i).padEnd(300)) })); // prettier-ignore
    const large = Array.from({ length: 12 }, (_, i): Entry => ({ topic, key: null, partition: 1, value: new Uint8Array(400_000).fill(i) })); // prettier-ignore
    const places = await bench().log.append([...small, ...large]);
    const ends = new Map((await bench().log.bounds(topic)).map((b) => [b.partition, b.end]));
    expect((ends.get(0) ?? 0) + (ends.get(1) ?? 0)).toBe(5_012);
    const last = await bench().log.fetch(topic, 1, places.at(-1)?.offset ?? 0, 1);
    expect([last[0]?.value.length, last[0]?.value[399_999]]).toEqual([400_000, 11]);
  }, 60_000);

  test('refuses an entry that is too large or names no partition there is, and goes on with others', async () => {
    const topic = await bench().topic(2);
    const entry = (bytes: number, partition: number): Entry => ({ topic, key: null, value: new Uint8Array(bytes), partition });
    await expect(bench().log.append([entry(1, 0), entry(2_000_000, 0)])).rejects.toMatchObject({
      code: 'too-large',
      retry: 'never',
    });
    await expect(bench().log.append([entry(1, 0), entry(1, 2)])).rejects.toMatchObject({
      code: 'unknown-partition',
      retry: 'never',
    });
    expect((await bench().append(topic, ['fine'], 1))[0]?.offset).toBe(0);
  });
}

/** Looking without a group: bounds and fetch. */
export function lookPromises(bench: () => LogBench): void {
  test('fetches from any offset, at most as many as asked for, and nothing at the end', async () => {
    const topic = await bench().topic();
    await bench().append(topic, ['0', '1', '2', '3', '4']);
    const fetched = async (from: number, max: number) => (await bench().log.fetch(topic, 0, from, max)).map(textOf);
    expect(await fetched(0, 3)).toEqual(['0', '1', '2']);
    expect(await fetched(3, 10)).toEqual(['3', '4']);
    expect(await fetched(5, 10)).toEqual([]);
    expect(await fetched(0, 0)).toEqual([]);
  });

  test('sees in the bounds what was acknowledged a moment ago', async () => {
    const topic = await bench().topic(2);
    for (let i = 1; i <= 5; i++) {
      await bench().append(topic, ['x'], 1);
      expect(await bench().log.bounds(topic)).toEqual([{ partition: 0, first: 0, end: 0 }, { partition: 1, first: 0, end: i }]); // prettier-ignore
    }
  });

  test('knows no committed offset of a group that never committed', async () => {
    expect(await bench().log.committed(newName('group'), await bench().topic(2))).toEqual(new Map());
  });
}
