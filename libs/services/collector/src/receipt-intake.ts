import { describeProblems, earlier, parseJson, parseUtf8 } from '@tripline/kernel';
import { CAUSE_DEPTH_MAX, encodeTaskInput, parseReceipt, sourceOf, TOPICS, type Event, type Receipt } from '@tripline/model';
import type { Batch, Entry, EventLog, LogRecord, Watch } from '@tripline/ports';
import { appendAll } from './append-all.js';
import { setAside } from './set-aside.js';

/** Tells receipts to their persons' tasks as outcomes. `deferred` is between scheduler and dispatchers only. */
export class ReceiptIntake {
  constructor(
    private readonly log: EventLog,
    private readonly watch: Watch,
  ) {}

  /** Resolves when the outcomes are acknowledged in `tripline.events`. */
  async onReceipts(batch: Batch): Promise<void> {
    const entries = batch.records.flatMap((record) => this.#entriesOf(record));
    await appendAll(this.log, entries, () => batch.held());
  }

  #entriesOf(record: LogRecord): readonly Entry[] {
    const text = parseUtf8(record.value);
    const parsed = parseReceipt(text === undefined ? undefined : parseJson(text));
    if (!parsed.ok) return this.#setAside(record, describeProblems(parsed.problems));
    const event = outcomeOf(parsed.value, record);
    if (event === undefined) return [];
    if (parsed.value.depth > CAUSE_DEPTH_MAX) {
      this.watch.meter.count('tripline_collector_refused_total', { reason: 'cause-depth' });
      return [];
    }
    this.watch.meter.count('tripline_collector_accepted_total', { way: 'receipts' });
    return [{ topic: TOPICS.events, key: event.person, value: encodeTaskInput({ kind: 'event', ...event }) }];
  }

  #setAside(record: LogRecord, detail: string): readonly Entry[] {
    const { value, appended } = record;
    return setAside(this.watch, { value, reason: 'foreign', detail, source: sourceOf(record), received: appended });
  }
}

function outcomeOf(receipt: Receipt, { appended, topic }: LogRecord): Event | undefined {
  const { id, person, channel, status, action, run, trigger, step, reason, depth, provider } = receipt;
  if (status === 'deferred') return undefined;
  const properties = {
    trigger,
    step,
    ...(reason === undefined ? {} : { reason }),
    ...(provider === undefined ? {} : { provider }),
  };
  return {
    id,
    person,
    type: 'outcome',
    name: `${channel}.${status}`,
    timestamp: earlier(receipt.at, appended),
    received: appended,
    properties,
    source: topic,
    causedBy: { trigger, depth },
    outcome: { action, run, trigger, step, status },
  };
}
