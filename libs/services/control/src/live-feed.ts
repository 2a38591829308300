import { decodeUtf8, parseJson, type Instant } from '@tripline/kernel';
import { parseActionOrRecall, parseReceipt, parseTaskInput, TOPICS } from '@tripline/model';
import type { Batch, EventLog, LogRecord, Reading } from '@tripline/ports';

/** One thing that happened, small enough to be shown as it comes. */
export type LiveItem = {
  readonly kind: 'event' | 'firing' | 'recall' | 'outcome';
  readonly at: Instant;
  readonly person: string;
  readonly name?: string;
  readonly trigger?: string;
  readonly step?: string;
  readonly status?: string;
  readonly reason?: string;
};

/** Of one batch, the newest so many are shown: a view for people, not a log. */
export const SHOWN_MAX = 200;
/** Listeners at once. */
export const LISTENERS_MAX = 100;

/** Events, firings, recalls and outcomes as the log gets them, told to whoever listens; while nobody does, nothing is read closely. */
export class LiveFeed {
  readonly #listeners = new Set<(item: LiveItem) => void>();
  #reading: Reading | undefined;

  constructor(private readonly log: EventLog) {}

  async open(): Promise<void> {
    this.#reading = await this.log.follow([TOPICS.events, TOPICS.actions, TOPICS.receipts], (batch) => this.#show(batch));
  }

  async close(): Promise<void> {
    await this.#reading?.close();
  }

  /** The answer takes the listener back; undefined where there are too many. */
  listen(listener: (item: LiveItem) => void): (() => void) | undefined {
    if (this.#listeners.size >= LISTENERS_MAX) return undefined;
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #show(batch: Batch): Promise<void> {
    if (this.#listeners.size === 0) return Promise.resolve();
    for (const record of batch.records.slice(-SHOWN_MAX)) {
      const item = ITEMS[record.topic]?.(record);
      if (item !== undefined) for (const listener of this.#listeners) listener(item);
    }
    return Promise.resolve();
  }
}

const ITEMS: Readonly<Record<string, (record: LogRecord) => LiveItem | undefined>> = {
  [TOPICS.events]: eventItem,
  [TOPICS.actions]: actionItem,
  [TOPICS.receipts]: receiptItem,
};

/** Outcomes are shown from the receipts they come from; imported history does not happen now. */
function eventItem({ value }: LogRecord): LiveItem | undefined {
  const input = parseTaskInput(value);
  if (!input.ok || input.value.kind !== 'event' || input.value.type === 'outcome') return undefined;
  if (input.value.historical === true) return undefined;
  const { received, person, name } = input.value;
  return { kind: 'event', at: received, person, name };
}

function actionItem({ value, appended }: LogRecord): LiveItem | undefined {
  const parsed = parseActionOrRecall(parseJson(decodeUtf8(value)));
  if (!parsed.ok) return undefined;
  const { person, trigger } = parsed.value;
  if (parsed.value.kind === 'recall') return { kind: 'recall', at: appended, person, trigger, reason: parsed.value.reason };
  return { kind: 'firing', at: appended, person, trigger, step: parsed.value.step };
}

function receiptItem({ value }: LogRecord): LiveItem | undefined {
  const parsed = parseReceipt(parseJson(decodeUtf8(value)));
  if (!parsed.ok) return undefined;
  const { at, person, trigger, step, status, reason } = parsed.value;
  return { kind: 'outcome', at, person, trigger, step, status, ...(reason === undefined ? {} : { reason }) };
}
