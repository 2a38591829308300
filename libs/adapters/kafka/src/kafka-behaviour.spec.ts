import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { decodeUtf8, encodeUtf8 } from '@tripline/kernel';
import type { Batch, EventLog, Reading, Subscription } from '@tripline/ports';
import { RecordingWatch } from '@tripline/testing-builders';
import { describeWithBroker } from '@tripline/testing-broker';
import kafkajs, { type ITopicConfig, type Kafka } from 'kafkajs';
import { openKafkaLog } from './kafka-log.js';

const PATIENCE_MS = 60_000;

async function until(what: string, holds: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`it never came true that ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

describeWithBroker('the log on Kafka, beside what every log does', (broker) => {
  let log: EventLog;
  let watch: RecordingWatch;
  let foreign: Kafka;
  let topic: string;
  const readings: Reading[] = [];

  beforeEach(async () => {
    watch = new RecordingWatch();
    topic = `topic-${randomUUID()}`;
    log = await openKafkaLog({ brokers: broker().brokers, clientId: 'behaviour', watch });
    foreign = new kafkajs.Kafka({ brokers: broker().brokers, logLevel: kafkajs.logLevel.NOTHING });
  });
  afterEach(async () => {
    for (const reading of readings.splice(0)) await reading.close();
    await log.close();
  }, PATIENCE_MS);

  const makeForeignTopic = async (config: ITopicConfig): Promise<void> => {
    const admin = foreign.admin();
    await admin.connect();
    await admin.createTopics({ topics: [config], waitForLeaders: true });
    await admin.disconnect();
  };
  const deleteRecordsBefore = async (offset: number): Promise<void> => {
    const admin = foreign.admin();
    await admin.connect();
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: String(offset) }] });
    await admin.disconnect();
  };
  const append = (texts: readonly string[]) =>
    log.append(texts.map((text) => ({ topic, key: null, value: encodeUtf8(text), partition: 0 })));
  const read = async (fields: Partial<Subscription> = {}) => {
    const texts: string[] = [];
    const halts: unknown[] = [];
    const subscription: Subscription = {
      group: `group-${randomUUID()}`,
      topics: [topic],
      handle: (batch: Batch) => (texts.push(...batch.records.map((r) => decodeUtf8(r.value))), Promise.resolve()),
      halted: (error) => halts.push(error),
      ...fields,
    };
    readings.push(await log.read(subscription));
    return { texts, halts, group: subscription.group };
  };

  test('a producer’s own time, key and partitioner are taken as they come: the append time is the log’s', async () => {
    await log.ensureTopics([{ name: topic, partitions: 3 }]);
    const producer = foreign.producer({ createPartitioner: () => () => 2 });
    await producer.connect();
    await producer.send({ topic, messages: [{ key: 'odd', value: null, timestamp: '1000', headers: { many: ['a', 'b'] } }] });
    await producer.disconnect();
    const [record] = await log.fetch(topic, 2, 0, 1);
    expect([decodeUtf8(record!.key!), record!.value.length, record!.headers]).toEqual(['odd', 0, { many: 'b' }]);
    expect(Math.abs(record!.appended - Date.now())).toBeLessThan(60_000);
  });

  test('a topic that somebody made with the producers’ time is refused, with the cure', async () => {
    await makeForeignTopic({ topic, numPartitions: 1 });
    const refusal = { code: 'append-time', retry: 'never', message: expect.stringContaining('LogAppendTime') };
    await expect(log.ensureTopics([{ name: topic, partitions: 1 }])).rejects.toMatchObject(refusal);
    await expect(append(['x'])).rejects.toMatchObject({ code: 'append-time' });
  });

  test.each(['gzip', 'snappy', 'lz4', 'zstd'])('reads what a real broker compressed with %s', async (codec) => {
    const configEntries = [{ name: 'compression.type', value: codec }, { name: 'message.timestamp.type', value: 'LogAppendTime' }]; // prettier-ignore
    await makeForeignTopic({ topic, numPartitions: 1, configEntries });
    const texts = Array.from({ length: 500 }, (_, i) => `${i} ${'so much of the same '.repeat(40)}`);
    await append(texts);
    const reader = await read();
    await until('all was read', () => reader.texts.length === texts.length);
    expect(reader.texts).toEqual(texts);
  });

  test('passes a transaction’s markers, and shows nothing of an aborted one: the committed offset reaches the end', async () => {
    await log.ensureTopics([{ name: topic, partitions: 1 }]);
    const producer = foreign.producer({ transactionalId: topic, maxInFlightRequests: 1, idempotent: true });
    await producer.connect();
    for (const [value, end] of [
      ['kept', 'commit'],
      ['gone', 'abort'],
    ] as const) {
      const transaction = await producer.transaction();
      await transaction.send({ topic, messages: [{ value, partition: 0 }] });
      await transaction[end]();
    }
    await producer.disconnect();
    const { texts, group } = await read();
    const [bounds] = await log.bounds(topic);
    expect(bounds).toEqual({ partition: 0, first: 0, end: 4 });
    await until('it was committed to the end', async () => (await log.committed(group, topic)).get(0) === 4);
    expect(texts).toEqual(['kept']);
    expect((await log.fetch(topic, 0, 0, 10)).map((r) => decodeUtf8(r.value))).toEqual(['kept']);
  });

  test('a group whose position was taken away by retention goes on at the first record there is, and counts the jump', async () => {
    await log.ensureTopics([{ name: topic, partitions: 1 }]);
    await append(['0', '1']);
    const before = await read();
    await until('it was committed', async () => (await log.committed(before.group, topic)).get(0) === 2);
    await readings.pop()!.close();
    await append(['2', '3', '4']);
    await deleteRecordsBefore(4);
    const after = await read({ group: before.group });
    await until('the rest was read', () => after.texts.length > 0);
    expect([after.texts, watch.counts.get('tripline_log_offset_jumps_total')]).toEqual([['4'], 1]);
  });

  test('a reader with an own position halts when retention overtakes it while it reads', async () => {
    await log.ensureTopics([{ name: topic, partitions: 1 }]);
    await append(['0', '1', '2', '3', '4']);
    let tries = 0;
    const handle = async (): Promise<void> => {
      if (tries++ === 0) await deleteRecordsBefore(3);
      throw new Error('not yet');
    };
    const reader = await read({ handle, assigned: () => Promise.resolve(1) });
    await until('it halted', () => reader.halts.length > 0);
    expect(reader.halts).toMatchObject([{ code: 'offset-gap' }]);
  }, 120_000);

  test('a broker that was killed and comes back costs time, no record and no order', async () => {
    if (!broker().ours) return;
    await log.ensureTopics([{ name: topic, partitions: 1 }]);
    const reader = await read();
    await append(['first']);
    await until('the first was read', () => reader.texts.length === 1);
    await broker().kill();
    const during = append(['second']);
    await new Promise((resolve) => setTimeout(resolve, 500));
    await broker().restart();
    const acknowledged = await during.then(() => true, () => false); // prettier-ignore
    await append(['third']);
    await until('it went on', () => reader.texts.includes('third'));
    if (acknowledged) expect(reader.texts).toContain('second');
    expect([...new Set(reader.texts)]).toEqual(['first', 'second', 'third'].filter((t) => reader.texts.includes(t)));
    expect(reader.halts).toEqual([]);
  }, 180_000);
});
