import type { Parsed } from '@tripline/kernel';
import { parseActionOrRecall, parseProfile, parseReceipt } from '@tripline/model';
import { STRICT, type GatePolicy } from '@tripline/policy';
import {
  Wake,
  type Batch,
  type Clock,
  type EventLog,
  type Gatehouse,
  type ProfileStore,
  type Stop,
  type Watch,
} from '@tripline/ports';
import { Gate } from './gate.js';
import { deadLettersOf, readRecord, type Refused } from './read-record.js';

export type SchedulerOptions = {
  readonly gatehouse: Gatehouse;
  readonly profiles: ProfileStore;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly watch: Watch;
  /** Consent is required unless said otherwise. */
  readonly policy?: GatePolicy;
};

/**
 * Takes in what the tasks ask for and what became of it, and runs the gate.
 * I1. A batch is resolved only when all of it is in the gatehouse, and what could not be read in the dead letters.
 * I2. Only the gate decides, and only from what the gatehouse holds: so any number of schedulers may run.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #wake = new Wake();
  readonly #gate: Gate;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#gate = new Gate({ ...options, policy: options.policy ?? STRICT }, this.#wake);
  }

  /** Actions and recalls. A recall of the same batch may stand before or behind its action. */
  async onActions(batch: Batch): Promise<void> {
    const { gatehouse, clock, watch } = this.#options;
    const asked = await this.#read(batch, parseActionOrRecall);
    const actions = asked.filter((one) => one.kind === 'action');
    const recalls = asked.filter((one) => one.kind === 'recall');
    const fresh = actions.length === 0 ? 0 : await gatehouse.admit(actions, clock.now());
    if (recalls.length > 0) await gatehouse.recall(recalls, clock.now());
    if (asked.length > 0) this.#wake.call();
    watch.meter.count('tripline_scheduler_actions_total', { seen: 'new' }, fresh);
    watch.meter.count('tripline_scheduler_actions_total', { seen: 'before' }, actions.length - fresh);
    watch.meter.count('tripline_scheduler_recalls_total', {}, recalls.length);
  }

  async onProfiles(batch: Batch): Promise<void> {
    const profiles = await this.#read(batch, parseProfile);
    if (profiles.length > 0) await this.#options.profiles.apply(profiles);
    this.#options.watch.meter.count('tripline_scheduler_profiles_total', {}, profiles.length);
  }

  async onReceipts(batch: Batch): Promise<void> {
    const { gatehouse, clock, watch } = this.#options;
    const receipts = await this.#read(batch, parseReceipt);
    if (receipts.length > 0) await gatehouse.report(receipts, clock.now());
    watch.meter.count('tripline_scheduler_receipts_total', {}, receipts.length);
  }

  /** Runs the gate until stopped; what it has begun is ended first. Rejects only when the program is wrong, or the database refuses for good. */
  runGate(stop: Stop): Promise<void> {
    return this.#gate.run(stop);
  }

  /** What keeps the gate from its work; undefined while it works. */
  get trouble(): string | undefined {
    return this.#gate.trouble;
  }

  /** Reads a batch; what cannot be read is set aside first, so that it is never lost and never stops the rest. */
  async #read<T extends { readonly person: string }>(batch: Batch, parse: (value: unknown) => Parsed<T>): Promise<readonly T[]> {
    const values: T[] = [];
    const refused: Refused[] = [];
    for (const record of batch.records) {
      const read = readRecord(record, parse);
      if (read.ok) values.push(read.value);
      else refused.push(read);
    }
    if (refused.length > 0) await this.#setAside(refused);
    return values;
  }

  async #setAside(refused: readonly Refused[]): Promise<void> {
    const { log, watch } = this.#options;
    await log.append(refused.flatMap(deadLettersOf));
    for (const { reason } of refused) watch.meter.count('tripline_scheduler_dead_letters_total', { reason });
    watch.logger.warn('scheduler.dead_letters', { count: refused.length, topic: refused[0]?.record.topic });
  }
}
