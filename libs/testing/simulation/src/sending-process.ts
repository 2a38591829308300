import { decodeUtf8, encodeUtf8, makeInstant, parseJson } from '@tripline/kernel';
import { GROUPS, parseActionOrRecall, receiptId, TOPICS, type Receipt } from '@tripline/model';
import type { Batch, Clock, Entry, EventLog } from '@tripline/ports';
import { place, type Site } from './site.js';

/** Stands for all that comes after the processor: says of every action that it was sent. */
export class SendingProcess {
  readonly #log: EventLog;
  readonly #clock: Clock;

  constructor(site: Site) {
    const { log, clock } = place(site, 'sender');
    this.#log = log;
    this.#clock = clock;
    const failed = (error: unknown): void => site.broken(`sender ended: ${String(error)}`);
    const handle = (batch: Batch): Promise<void> => this.#handle(batch);
    log.read({ group: GROUPS.scheduler, topics: [TOPICS.actions], handle, halted: failed }).catch(failed);
  }

  async #handle(batch: Batch): Promise<void> {
    await this.#log.append(batch.records.flatMap(({ value }) => this.#receipts(value)));
  }

  #receipts(value: Uint8Array): readonly Entry[] {
    const parsed = parseActionOrRecall(parseJson(decodeUtf8(value)));
    if (!parsed.ok || parsed.value.kind !== 'action') return [];
    const { id: action, run, person, trigger, step, channel, depth, decided } = parsed.value;
    const at = makeInstant(Math.max(decided, this.#clock.now()));
    const id = receiptId(action, 'sent');
    const receipt: Receipt = { id, action, run, person, trigger, step, channel, status: 'sent', at, depth };
    return [{ topic: TOPICS.receipts, key: person, value: encodeUtf8(JSON.stringify(receipt)) }];
  }
}
