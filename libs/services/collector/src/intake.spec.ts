import { describe, expect, it } from '@jest/globals';
import { decodeUtf8, encodeUtf8, OperatingError, plus, hours } from '@tripline/kernel';
import { LETTER_BYTES_MAX, parseTaskInput, TOPICS, type Event } from '@tripline/model';
import type { Batch, Entry, EventLog, LogRecord } from '@tripline/ports';
import { makeReceipt, RecordingWatch, START } from '@tripline/testing-builders';
import { HttpIntake } from './http-intake.js';
import { IngestIntake } from './ingest-intake.js';
import { APPEND_ENTRIES_MAX, BATCH_ITEMS_MAX } from './limits.js';
import { ReceiptIntake } from './receipt-intake.js';

/** Keeps what is appended; the adapters' own suite tests the rest of the port. */
class Kept {
  readonly calls: (readonly Entry[])[] = [];
  failure: Error | undefined;
  append(entries: readonly Entry[]): Promise<readonly []> {
    if (this.failure !== undefined) return Promise.reject(this.failure);
    this.calls.push(entries);
    return Promise.resolve([]);
  }
  to(topic: string): Entry[] {
    return this.calls.flat().filter((entry) => entry.topic === topic);
  }
  events(): Event[] {
    return this.to(TOPICS.events).map(({ value }) => (parseTaskInput(value) as { value: Event }).value);
  }
}
const setUp = () => {
  const kept = new Kept();
  const watch = new RecordingWatch();
  return { kept, watch, log: kept as unknown as EventLog };
};
const batchOf = (topic: string, values: readonly (string | Uint8Array)[], held = () => true): Batch => ({
  topic,
  partition: 3,
  next: values.length,
  end: values.length,
  held,
  records: values.map((value, offset): LogRecord => ({
    topic,
    partition: 3,
    offset,
    key: null,
    value: typeof value === 'string' ? encodeUtf8(value) : value,
    appended: START,
    headers: {},
  })),
});

describe('the ingest topic', () => {
  it('is appended in bounded parts, in order', async () => {
    const { kept, watch, log } = setUp();
    const values = Array.from({ length: 2_500 }, (_, i) => `{"event":"x","userId":"u${i}","messageId":"m${i}"}`);
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, values));
    expect(kept.calls.map((entries) => entries.length)).toEqual([APPEND_ENTRIES_MAX, APPEND_ENTRIES_MAX, 500]);
    expect(kept.events().map(({ id }) => id)).toEqual(values.map((_, i) => `m${i}`));
  });

  it('sets aside what is too large for one record of the log, and goes on', async () => {
    const { kept, watch, log } = setUp();
    const huge = new Uint8Array(1_048_000).fill(0x5b);
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, [huge, '{"event":"x","userId":"ada"}']));
    const letters = kept.to(TOPICS.deadLetters);
    expect(letters.map(({ headers }) => headers?.['part'])).toEqual(['1/2', '2/2']);
    expect(Math.max(...letters.map(({ value }) => value.length))).toBeLessThanOrEqual(LETTER_BYTES_MAX);
    expect(kept.events()).toHaveLength(1);
    expect(watch.counts.get('tripline_collector_dead_letters_total')).toBe(1);
  });

  it('is history by tripline.import, or where a call or a batch says so', async () => {
    const { kept, watch, log } = setUp();
    const call = (id: string, more = ''): string => `{"event":"x","userId":"ada","messageId":"${id}"${more}}`;
    const batch = (more: string): string => `{"batch":[${call('b1')},${call('b2', more)}]}`;
    const intake = new IngestIntake(log, watch);
    await intake.onIngest(batchOf(TOPICS.import, [call('a'), call('b', ',"historical":false'), batch('')]));
    await intake.onIngest(batchOf(TOPICS.ingest, [call('c'), call('d', ',"historical":true'), batch(',"historical":true')]));
    await intake.onIngest(batchOf(TOPICS.ingest, [`{"historical":true,${batch('').slice(1)}`, call('e', ',"historical":1')]));
    const seen = kept.events().map(({ id, historical }) => [id, historical === true]);
    expect(seen).toEqual([
      ...[['a', true], ['b', true], ['b1', true], ['b2', true]],
      ...[['c', false], ['d', true], ['b1', false], ['b2', true]],
      ...[['b1', true], ['b2', true]],
    ]); // prettier-ignore
    expect(kept.to(TOPICS.deadLetters).map(({ headers }) => headers?.['detail'])).toEqual([
      expect.stringContaining('historical: must be true or false'),
    ]);
    expect(watch.counts.get('tripline_collector_accepted_total')).toBe(10);
  });

  it('gives ids by position where there are none, and by place within a batch', async () => {
    const { kept, watch, log } = setUp();
    const call = '{"event":"x","userId":"ada"}';
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, [call, call, `{"batch":[${call},${call}]}`]));
    expect(new Set(kept.events().map(({ id }) => id)).size).toBe(4);
  });

  it('tells the CloudEvents of two sources apart that count alike, and knows a repeat', async () => {
    const { kept, watch, log } = setUp();
    const from = (source: string) =>
      JSON.stringify({ specversion: '1.0', id: '0', source, type: 'login', subject: 'ada', data: {} });
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, [from('/crm'), from('/shop'), from('/crm')]));
    const [crm, shop, again] = kept.events().map(({ id }) => id);
    expect(shop).not.toBe(crm);
    expect(again).toBe(crm);
  });

  it('sets a record with a bad call aside once, whole, and takes its good calls', async () => {
    const { kept, watch, log } = setUp();
    const record = '{"batch":[{"event":"x","userId":"ada"},{"event":"x"},{"event":"","userId":"b"}]}';
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, [record]));
    expect(kept.events().map(({ person }) => person)).toEqual(['u:ada']);
    const letters = kept.to(TOPICS.deadLetters);
    expect(letters.map(({ value }) => decodeUtf8(value))).toEqual([record]);
    expect(letters[0]?.headers).toMatchObject({ reason: 'invalid', source: 'tripline.ingest/3/0' });
    expect(letters[0]?.headers?.['detail']).toMatch(/batch\.1\.userId: .*batch\.2\.event: /);
    expect(watch.counts.get('tripline_collector_dead_letters_total')).toBe(1);
  });

  it('is not written for a partition that was taken away', async () => {
    const { kept, watch, log } = setUp();
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, ['{"event":"x","userId":"a"}'], () => false));
    expect(kept.calls).toEqual([]);
  });

  it('passes the log’s error on, so that the batch comes again', async () => {
    const { kept, watch, log } = setUp();
    kept.failure = new OperatingError('log-down', 'later', 'away');
    const handled = new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, ['{"event":"x","userId":"a"}']));
    await expect(handled).rejects.toBe(kept.failure);
  });
});

describe('receipts', () => {
  it('are dated no later than they were received, and foreign ones set aside', async () => {
    const { kept, watch, log } = setUp();
    const ahead = makeReceipt({ at: plus(START, hours(1)), status: 'clicked' });
    await new ReceiptIntake(log, watch).onReceipts(batchOf(TOPICS.receipts, [JSON.stringify(ahead), '{"status":"sent"}', 'x']));
    expect(kept.events()).toEqual([expect.objectContaining({ name: 'email.clicked', timestamp: START, id: ahead.id })]);
    expect(kept.to(TOPICS.deadLetters).map(({ headers }) => headers?.['reason'])).toEqual(['foreign', 'foreign']);
  });

  it('at the greatest depth are told, and past it refused and counted', async () => {
    const { kept, watch, log } = setUp();
    const at = (depth: number) => JSON.stringify(makeReceipt({ id: `rcp-${depth}`, depth }));
    await new ReceiptIntake(log, watch).onReceipts(batchOf(TOPICS.receipts, [at(5), at(6)]));
    expect(kept.events().map(({ id }) => id)).toEqual(['rcp-5']);
    expect(watch.counts.get('tripline_collector_refused_total')).toBe(1);
  });
});

describe('HTTP', () => {
  const take = (intake: HttpIntake, body: unknown) =>
    intake.take({ kind: 'batch', bytes: encodeUtf8(JSON.stringify(body)), key: 'k', path: '/v1/batch', received: START });

  it('takes a batch to the limit, an empty one too, and none past it', async () => {
    const { kept, watch, log } = setUp();
    const intake = new HttpIntake({ log, watch, writeKeys: { k: 'web' } });
    const calls = (n: number) => ({ batch: Array.from({ length: n }, () => ({ type: 'track', event: 'x', userId: 'a' })) });
    expect(await take(intake, calls(0))).toEqual({ kind: 'accepted', rejected: [] });
    expect(await take(intake, calls(BATCH_ITEMS_MAX))).toMatchObject({ kind: 'accepted', rejected: [] });
    expect(kept.events()).toHaveLength(BATCH_ITEMS_MAX);
    expect(await take(intake, calls(BATCH_ITEMS_MAX + 1))).toMatchObject({ kind: 'refused', code: 'invalid' });
  });

  it('does not answer before the log has acknowledged, and rejects as it does', async () => {
    const { kept, watch, log } = setUp();
    kept.failure = new OperatingError('log-down', 'later', 'away');
    const intake = new HttpIntake({ log, watch, writeKeys: { k: 'web' } });
    await expect(take(intake, { batch: [{ type: 'track', event: 'x', userId: 'a' }] })).rejects.toBe(kept.failure);
  });
});

describe('calls that name two ids', () => {
  const inputs = (kept: Kept) =>
    kept.to(TOPICS.events).map(({ key, value }) => {
      const input = parseTaskInput(value);
      return [key, input.ok ? input.value.kind : 'refused'];
    });
  const identify = { type: 'identify', userId: 'ada', anonymousId: 'x', messageId: 'i1' };
  const alias = { type: 'alias', userId: 'ada', previousId: 'old', messageId: 'l1' };
  const track = { type: 'track', event: 'e', userId: 'ada', anonymousId: 'x', messageId: 't1' };
  const expected = [
    ['u:ada', 'event'],
    ['a:x', 'link'],
    ['u:ada', 'event'],
    ['a:old', 'link'],
    ['u:ada', 'event'],
  ];

  it('are linked where they identify or alias, by HTTP in one append', async () => {
    const { kept, watch, log } = setUp();
    const bytes = encodeUtf8(JSON.stringify({ batch: [identify, alias, track] }));
    const intake = new HttpIntake({ log, watch, writeKeys: { k: 'web' } });
    await intake.take({ kind: 'batch', bytes, key: 'k', path: '/v1/batch', received: START });
    expect(inputs(kept)).toEqual(expected);
    expect(kept.calls).toHaveLength(1);
    expect(watch.counts.get('tripline_collector_links_total')).toBe(2);
  });

  it('are linked the same way from the ingest topic, and counted once each', async () => {
    const { kept, watch, log } = setUp();
    const values = [identify, alias, track].map((call) => JSON.stringify(call));
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, values));
    expect(inputs(kept)).toEqual(expected);
    expect(watch.counts.get('tripline_collector_accepted_total')).toBe(3);
  });

  it('make the same link of the same call, and none of an id that stands for nobody', async () => {
    const { kept, watch, log } = setUp();
    const values = [identify, identify, { ...identify, anonymousId: 'null' }].map((call) => JSON.stringify(call));
    await new IngestIntake(log, watch).onIngest(batchOf(TOPICS.ingest, values));
    const links = kept.to(TOPICS.events).filter(({ key }) => key === 'a:x');
    expect(new Set(links.map(({ value }) => decodeUtf8(value))).size).toBe(1);
    expect(kept.to(TOPICS.events)).toHaveLength(4);
  });
});
