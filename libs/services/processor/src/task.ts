import { assert, AssertionError, OperatingError, plus, type Instant } from '@tripline/kernel';
import type { Definitions, SemanticsRange } from '@tripline/engine';
import type {
  Batch,
  Checkpoint,
  Clock,
  EventLog,
  LastRecord,
  LogRecord,
  PersonView,
  StateCopy,
  TaskStore,
  Watch,
} from '@tripline/ports';
import { Outbox } from './outbox.js';
import { lastRecordOf, recordsBetween } from './position.js';
import { Recovery, type RecoveryProgress } from './recovery.js';
import type { ReplayEstimate } from './replay-estimate.js';
import { Slice } from './slice.js';
import type { TaskLimits } from './task-limits.js';
import { FIRED_AT_ONCE, TaskState } from './task-state.js';

export type TaskParts = {
  readonly topic: string;
  readonly partition: number;
  readonly log: EventLog;
  readonly store: TaskStore;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly limits: TaskLimits;
  readonly estimate: ReplayEstimate;
  /** Offsets set aside unread, on an operator's word. */
  readonly skips?: ReadonlySet<number> | undefined;
  /** What this build runs, unless told otherwise. */
  readonly semantics?: SemanticsRange | undefined;
  /** Where to go on: `findPosition`'s answer. */
  readonly position: number;
  /** The log's end when it was opened: until it has come there, what it knows is not yet what is so. */
  readonly end: number;
};

/**
 * One partition's work: its records in order, their outputs, its checkpoints. What it emits is a function of the partition alone.
 * T1. `position` is the offset after the last record applied. Only a tick may be half applied: then it is the tick's own offset, and applying
 *     it again fires what is left.
 * T2. A cut, which is what a checkpoint covers, is taken only while the outbox is empty: every output of the records before it is acknowledged.
 * T3. A record is applied once: one that comes again is passed over, and what was not acknowledged is told again.
 * T4. After an error that will not pass, nothing in memory is trusted: no more is applied, told or committed.
 */
export class Task {
  readonly #state: TaskState;
  readonly #outbox: Outbox;
  #position: number;
  /** The log's end as last seen. */
  #end: number;
  #lastRecord: LogRecord | undefined;
  #last: LastRecord | undefined;
  /** The newest cut; undefined while records after the last one are under way. */
  #cut: Checkpoint | undefined;
  #durable: Checkpoint | undefined;
  #flushing: Promise<void> | undefined;
  #flushedAt: Instant;
  #broken: Error | undefined;
  #turns = 0;
  #busy = false;
  #attempts = 0;
  /** Of what was in the log when it was opened; undefined where that was nothing, and once it is over. */
  #recovery: Recovery | undefined;

  constructor(private readonly parts: TaskParts) {
    this.#outbox = new Outbox(parts.log, parts.watch.meter);
    const { store, watch, limits, semantics: known } = parts;
    this.#state = new TaskState(store, this.#outbox, watch, () => limits.hotPeopleMax, { known });
    this.#durable = parts.store.checkpoint();
    this.#last = this.#durable?.last;
    this.#position = parts.position;
    this.#end = Math.max(parts.position, parts.end);
    if (this.#end > parts.position) this.#recovery = new Recovery(parts.position, this.#end, parts.clock.now());
    this.#flushedAt = parts.clock.now();
    this.#cut = this.#durable ?? (parts.position === 0 ? undefined : { next: parts.position, clock: this.clock });
  }

  get partition(): number {
    return this.parts.partition;
  }

  get position(): number {
    return this.#position;
  }

  get clock(): Instant {
    return this.#state.clock;
  }

  /** Records it has not applied, as far as it has seen the log. */
  get lag(): number {
    return Math.max(0, this.#end - this.#position);
  }

  /** All that is in force by now. */
  get definitions(): Definitions {
    return this.#state.definitions;
  }

  /** Turns of work done: for whoever looks whether it gets on. */
  get turns(): number {
    return this.#turns;
  }

  /** Batches given to it, each time they are. */
  get attempts(): number {
    return this.#attempts;
  }

  /** A batch is being handled. */
  get busy(): boolean {
    return this.#busy;
  }

  /** What it stopped on, for good. */
  get broken(): Error | undefined {
    return this.#broken;
  }

  /** When the first of its timers is due; undefined where it waits for nothing. */
  nextDue(): Instant | undefined {
    return this.#state.people.nextTimer()?.due;
  }

  /** How it gets on with what was in the log when it was opened; undefined when that is done. */
  get recovery(): RecoveryProgress | undefined {
    return this.#recovery?.progress(this.#position, this.parts.clock.now());
  }

  /** The state of its last commit, held still. */
  copy(): StateCopy | undefined {
    return this.#broken === undefined ? this.parts.store.copy() : undefined;
  }

  /** This person as the task sees them at its position; undefined for one it does not know. */
  view(person: string): PersonView | undefined {
    const view = this.#state.describe(person);
    return view === undefined ? undefined : { ...view, task: this.partition, offset: this.#position, clock: this.clock };
  }

  /**
   * Applies a batch, tells its outputs, and resolves when they are acknowledged. Rejected with a passing error, the same batch may be given
   * again. With any other (also an `OperatingError`, never) the task has stopped.
   */
  async handle(batch: Batch): Promise<void> {
    if (this.#broken !== undefined) throw this.#broken;
    this.#end = Math.max(batch.end, this.#position);
    this.#busy = true;
    this.#attempts++;
    try {
      await this.#takeUp();
      await this.#pressed();
      await this.#catchUp(batch);
      if (!(await this.#run(batch.records, batch))) return;
      this.#position = Math.max(this.#position, batch.next);
      this.#takeCut();
    } catch (error) {
      const known = asKnown(error, this.partition);
      if (!isPassing(known)) this.#broken = known;
      throw known;
    } finally {
      this.#busy = false;
      this.#report();
    }
  }

  /** Begins a checkpoint if one is due; answers the one under way, which never rejects. */
  checkpoint(): Promise<void> {
    if (this.#flushing === undefined && this.#cut !== undefined && this.#broken === undefined && this.#isDue(this.#cut))
      this.#flushing = this.#flush(this.#cut);
    return this.#flushing ?? Promise.resolve();
  }

  /** Writes what is acknowledged and closes the store. No batch may be under way. */
  async close(): Promise<void> {
    await this.#flushing;
    const cut = this.#broken === undefined ? this.#cut : undefined;
    // Twice: the first may only finish one that had failed.
    for (let i = 0; i < 2 && cut !== undefined && !this.#isDurable(cut); i++) await this.#flush(cut);
    this.#broken ??= new OperatingError('task-closed', 'later', 'the task was closed');
    await this.parts.store.close();
  }

  /** What an earlier failure left untold is told first: then there is a cut again, and a commit that failed is tried again. */
  async #takeUp(): Promise<void> {
    if (this.#cut !== undefined || (this.#outbox.size === 0 && !this.#state.people.flushing)) return;
    await this.#outbox.deliver();
    this.#takeCut();
  }

  /** False: the partition was taken away on the way. */
  async #run(records: readonly LogRecord[], batch: Batch): Promise<boolean> {
    const slice = new Slice(this.parts.clock);
    for (let i = 0; ;) {
      this.#turns++;
      i = this.#applyTimed(records, i, slice);
      if (!batch.held()) return false;
      const done = i === records.length;
      if (done || this.#outbox.size >= this.parts.limits.outputsMax) await this.#outbox.deliver();
      if (done) return true;
      if (this.#outbox.size === 0) await this.#relieve();
      if (slice.spent) await slice.next();
    }
  }

  #applyTimed(records: readonly LogRecord[], from: number, slice: Slice): number {
    const { clock, estimate } = this.parts;
    const began = clock.now();
    const done = this.#applySome(records, from, slice);
    estimate.worked(done - from, clock.now() - began);
    return done;
  }

  /** Applies records until the slice is spent or the outbox full; answers the first that is not done. */
  #applySome(records: readonly LogRecord[], from: number, slice: Slice): number {
    const { outputsMax } = this.parts.limits;
    for (let i = from; i < records.length; i++) {
      const record = records[i] as LogRecord;
      if (this.#outbox.size >= outputsMax || slice.spent) return i;
      if (record.offset < this.#position) continue;
      this.#cut = undefined;
      if (this.parts.skips?.has(record.offset) === true) this.#state.skip(record);
      else if (!this.#state.apply(record)) {
        slice.over(FIRED_AT_ONCE);
        return i;
      }
      this.#position = record.offset + 1;
      this.#lastRecord = record;
      slice.over();
    }
    return records.length;
  }

  /** T2. In the middle of a batch or a tick: a long one must not gather more than memory holds. */
  async #relieve(): Promise<void> {
    if (this.#state.people.dirty < this.parts.limits.dirtyMax) return;
    this.#takeCut();
    await this.#pressed();
  }

  #takeCut(): void {
    assert(this.#outbox.size === 0, 'T2: outputs are not acknowledged');
    if (this.#lastRecord !== undefined) this.#last = lastRecordOf(this.#lastRecord);
    this.#lastRecord = undefined;
    this.#cut = { next: this.#position, clock: this.clock, ...(this.#last === undefined ? {} : { last: this.#last }) };
    void this.checkpoint();
  }

  /** Waits for the checkpoint under way where twice `dirtyMax` people have changed; where the store fails, the work waits too. */
  async #pressed(): Promise<void> {
    const { people } = this.#state;
    if (people.dirty < 2 * this.parts.limits.dirtyMax) return;
    await this.#flushing;
    if (people.flushing && this.#flushing === undefined)
      throw new OperatingError('state-store', 'later', `task ${this.partition}: its checkpoints cannot be written`);
  }

  #isDue(cut: Checkpoint): boolean {
    const { limits, clock } = this.parts;
    if (this.#isDurable(cut)) return false;
    return this.#state.people.dirty >= limits.dirtyMax || clock.now() >= plus(this.#flushedAt, limits.checkpointEvery);
  }

  #isDurable(cut: Checkpoint): boolean {
    const { people } = this.#state;
    return people.dirty === 0 && !people.flushing && this.#durable?.next === cut.next && this.#durable.clock === cut.clock;
  }

  /** Never rejects: a store that fails is tried again with the next checkpoint, while `#pressed` holds back the work. */
  async #flush(cut: Checkpoint): Promise<void> {
    const { clock, watch } = this.parts;
    const began = (this.#flushedAt = clock.now());
    try {
      this.#durable = await this.#state.people.flush(cut, () => this.#state.takeDefinitions(), clock);
      watch.meter.observe('tripline_processor_checkpoint_seconds', (clock.now() - began) / 1_000);
    } catch (error) {
      watch.meter.count('tripline_processor_checkpoint_failures_total');
      watch.logger.warn('processor.checkpoint-failed', { partition: this.partition, error: String(error) });
    } finally {
      this.#flushing = undefined;
    }
  }

  /** The log's reader begins behind where the task stands: applies what lies between, if there is any. */
  async #catchUp(batch: Batch): Promise<void> {
    const first = batch.records[0]?.offset ?? batch.next;
    if (first <= this.#position) return;
    const { log, topic, partition } = this.parts;
    for await (const records of recordsBetween(log, topic, partition, this.#position, first)) {
      if (!(await this.#run(records, batch))) return;
    }
  }

  #report(): void {
    const { meter } = this.parts.watch;
    if (this.#recovery?.isOver(this.#position) === true) this.#endRecovery(this.#recovery);
    const { read, parsed, advanced, fired } = this.#state.takeCounts();
    meter.count('tripline_processor_records_total', {}, read);
    meter.count('tripline_processor_parsed_total', {}, parsed);
    meter.count('tripline_processor_advanced_total', {}, advanced);
    meter.count('tripline_processor_fired_total', {}, fired);
  }

  #endRecovery(recovery: Recovery): void {
    const { clock, watch } = this.parts;
    const { to, perSecond } = recovery.progress(this.#position, clock.now());
    if (recovery.isLong) watch.logger.info('processor.recovered', { partition: this.partition, offset: to, perSecond });
    this.#recovery = undefined;
  }
}

/** An error that is none of ours is a defect like a failed assertion: the log would otherwise try it again for ever. */
export function asKnown(error: unknown, partition: number): OperatingError | AssertionError {
  if (error instanceof OperatingError || error instanceof AssertionError) return error;
  return new OperatingError('assertion', 'never', `task ${partition}: ${String(error)}`, { cause: error });
}

const isPassing = (error: unknown): boolean => error instanceof OperatingError && error.retry === 'later';
