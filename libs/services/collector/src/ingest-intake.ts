import { describeProblems, isJsonObject, parseJson, parseUtf8, type JsonObject, type Problem } from '@tripline/kernel';
import { sourceOf, TOPICS, type DeadLetterReason } from '@tripline/model';
import type { Batch, Entry, EventLog, LogRecord, Watch } from '@tripline/ports';
import { appendAll } from './append-all.js';
import { batchSentAt } from './call-time.js';
import { unwrapCloudEvent } from './cloud-event.js';
import { entriesOf } from './event-entries.js';
import { BATCH_ITEMS_MAX } from './limits.js';
import { historicalIn, parseCall, type CallContext } from './parse-call.js';
import { setAside } from './set-aside.js';

/** What all calls of a record have where they say nothing else. */
type OfAll = Pick<CallContext, 'sentAt' | 'historical'>;

/**
 * The Kafka ways in: any key, any partitioner, re-keyed to `tripline.events`; what comes by `tripline.import` is history. Resolves when all of
 * the batch is acknowledged there, or set aside.
 */
export class IngestIntake {
  constructor(
    private readonly log: EventLog,
    private readonly watch: Watch,
  ) {}

  async onIngest(batch: Batch): Promise<void> {
    const entries: Entry[] = [];
    const accepted = batch.records.reduce((sum, record) => sum + this.#read(record, entries), 0);
    await appendAll(this.log, entries, () => batch.held());
    const way = batch.topic === TOPICS.import ? 'import' : 'ingest';
    if (accepted > 0) this.watch.meter.count('tripline_collector_accepted_total', { way }, accepted);
  }

  /** Answers how many calls were accepted. */
  #read(record: LogRecord, entries: Entry[]): number {
    const text = parseUtf8(record.value);
    if (text === undefined) return this.#setAside(record, 'not-utf8', 'the value is not UTF-8', entries);
    const value = parseJson(text);
    if (value === undefined) return this.#setAside(record, 'not-json', 'the value is not JSON', entries);
    const call = unwrapCloudEvent(value, record.headers);
    if (isJsonObject(call) && Array.isArray(call['batch'])) return this.#readBatch(record, call, call['batch'], entries);
    const problems = this.#readCall(record, call, undefined, {}, entries);
    return problems.length > 0 ? this.#setAside(record, 'invalid', describeProblems(problems), entries) : 1;
  }

  /** All good calls go on; if any is refused the record is set aside whole, once. Answers how many went on. */
  #readBatch(record: LogRecord, holder: JsonObject, calls: readonly unknown[], entries: Entry[]): number {
    const problems: Problem[] = [];
    let accepted = 0;
    const sentAt = batchSentAt(holder, problems);
    const historical = historicalIn(holder, problems);
    const ofAll: OfAll = { sentAt, ...(historical === true ? { historical } : {}) };
    if (calls.length > BATCH_ITEMS_MAX) problems.push({ path: 'batch', message: `more than ${BATCH_ITEMS_MAX} calls` });
    if (problems.length === 0)
      calls.forEach((call, index) => {
        const found = this.#readCall(record, call, index, ofAll, entries);
        if (found.length === 0) accepted++;
        for (const p of found) problems.push({ path: `batch.${index}${p.path === '' ? '' : `.${p.path}`}`, message: p.message });
      });
    if (problems.length > 0) this.#setAside(record, 'invalid', describeProblems(problems), entries);
    return accepted;
  }

  #readCall(record: LogRecord, call: unknown, index: number | undefined, ofAll: OfAll, entries: Entry[]): readonly Problem[] {
    const { topic, partition, offset, appended } = record;
    const position = [topic, String(partition), String(offset), ...(index === undefined ? [] : [String(index)])];
    const historical = topic === TOPICS.import ? ({ historical: true } as const) : {};
    const parsed = parseCall(call, { received: appended, source: topic, position, ...ofAll, ...historical });
    if (!parsed.ok) return parsed.problems;
    entries.push(...entriesOf(parsed.value, this.watch));
    return [];
  }

  #setAside(record: LogRecord, reason: DeadLetterReason, detail: string, entries: Entry[]): 0 {
    const { value, appended } = record;
    entries.push(...setAside(this.watch, { value, reason, detail, source: sourceOf(record), received: appended }));
    return 0;
  }
}
