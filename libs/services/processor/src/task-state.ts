import { earlier, later, makeInstant, type Instant, type JsonObject } from '@tripline/kernel';
import {
  advanceOrSetAside,
  applyControl,
  describePerson,
  encodeDefinitions,
  makeProgram,
  nextTimer,
  parseDefinitions,
  setAside,
  settingsOf,
  type Definitions,
  type Input,
  type PersonState,
  type Program,
  type SemanticsRange,
  type Taken,
  type TraceEntry,
  ZONE_DATA_VERSION,
} from '@tripline/engine';
import {
  peekEventName,
  type Control,
  type DeadLetterReason,
  type NameSpan,
  type OfIdentity,
  type SettingsChange,
  type Tick,
} from '@tripline/model';
import type { LogRecord, TaskStore, Timer, Watch } from '@tripline/ports';
import type { Outbox } from './outbox.js';
import { checkSemantics, checkZone } from './check-settings.js';
import { deadLettersOf, readTaskRecord } from './task-record.js';
import { WorkingSet } from './working-set.js';

/** Timers fired before the caller is asked whether to go on. */
export const FIRED_AT_ONCE = 64;
/** How often in a row one person's timer may come due without moving; who does not get on is set aside. */
const STUCK_MAX = 1_000;

/** Told why, with the person and the input that was being applied. */
export type TaskTracer = (person: string, input: Input, entry: TraceEntry) => void;

/** `known`: the semantics that this build runs; specs say what another build would. */
export type TaskStateOptions = { readonly tracer?: TaskTracer | undefined; readonly known?: SemanticsRange | undefined };

/** What was done since it was last asked, for metrics. */
export type Counts = { read: number; parsed: number; advanced: number; fired: number };

/**
 * All a task knows: definitions, clock, people; and what one record makes of it. Nothing else reaches it, and it waits for nothing.
 * S1. The clock is the greatest `upTo` read, none later than its tick's append; only ticks move it.
 * S2. Timers fire in the order (due, deadline, person), each at an instant not later than the clock, and only while a tick is applied.
 * S3. Definitions change only by control records, and the program is always what they compile to.
 * S4. Older zone data than those of the settings in force are said at the start and with each new settings, and do not stop the task; a default zone
 *     which they do not have does (`unknown-zone`).
 * S5. What is in force is of semantics that this build runs: a number it does not know stops the task before anything is decided by it (`unknown-semantics`).
 *     A number is never lowered; a record that would is counted and said.
 */
export class TaskState {
  readonly people: WorkingSet;
  readonly #span: NameSpan = { from: 0, to: 0 };
  #definitions: Definitions;
  #definitionsChanged = false;
  #program: Program;
  #clock: Instant;
  #stuck = 0;
  #counts: Counts = { read: 0, parsed: 0, advanced: 0, fired: 0 };

  constructor(
    store: TaskStore,
    private readonly outbox: Pick<Outbox, 'take' | 'takeEntry'>,
    private readonly watch: Watch,
    hotPeopleMax: () => number,
    private readonly options: TaskStateOptions = {},
  ) {
    const definitions = store.definitions();
    this.people = new WorkingSet(store, hotPeopleMax);
    this.#definitions = definitions === undefined ? [] : parseDefinitions(definitions);
    this.#check(this.#definitions);
    this.#program = this.#compile();
    this.#checkZoneData();
    this.#clock = store.checkpoint()?.clock ?? makeInstant(0);
  }

  get clock(): Instant {
    return this.#clock;
  }

  get definitions(): Definitions {
    return this.#definitions;
  }

  /** What is in force. */
  get program(): Program {
    return this.#program;
  }

  /** Applies one record. False: it is a tick of which some timers are still to fire; apply it again. */
  apply(record: LogRecord): boolean {
    const { value } = record;
    this.#counts.read++;
    if (peekEventName(value, this.#span) && !this.#program.concerns(value, this.#span)) return true;
    this.#counts.parsed++;
    const input = readTaskRecord(record);
    switch (input.kind) {
      case 'event':
        return this.#apply(input.person, { kind: 'event', event: input, clock: this.#clock }, record);
      case 'tick':
        return this.#onTick(input, record.appended);
      case 'control':
        return this.#onControl(input, record.appended);
      case 'link':
      case 'handoff':
      case 'probe':
      case 'answer':
        return this.#onIdentity(input, record);
      case 'release':
        return this.#apply(input.person, { kind: 'release', record: input, clock: this.#clock }, record);
      case 'foreign':
        return this.#setAside(record, 'foreign', input.detail);
    }
  }

  /** Sets one record aside unread: an operator named it. */
  skip(record: LogRecord): void {
    this.#setAside(record, 'skipped', 'named by SKIP_RECORDS');
  }

  /** What this person's state is, for people to read; undefined for one it does not know. */
  describe(person: string): JsonObject | undefined {
    const { state } = this.people.find(person);
    return state === undefined ? undefined : describePerson(this.#program, person, state);
  }

  /** The definitions, where they have changed since this was last asked. */
  takeDefinitions(): Uint8Array | undefined {
    if (!this.#definitionsChanged) return undefined;
    this.#definitionsChanged = false;
    return encodeDefinitions(this.#definitions);
  }

  takeCounts(): Counts {
    const counts = this.#counts;
    this.#counts = { read: 0, parsed: 0, advanced: 0, fired: 0 };
    return counts;
  }

  #onIdentity(input: OfIdentity, record: LogRecord): true {
    this.watch.meter.count('tripline_processor_identity_total', { kind: input.kind });
    return this.#apply(input.person, { kind: 'identity', record: input, clock: this.#clock }, record);
  }

  #apply(person: string, input: Input, record: LogRecord): true {
    const before = this.people.find(person);
    const { state, outputs, refused } = this.#advance(person, before.state, input);
    this.#counts.advanced++;
    if (state !== before.state) this.people.keep(person, before, state);
    if (outputs.length > 0) this.outbox.take(person, outputs);
    if (refused !== undefined) this.#setAside(record, 'person-aside', refused);
    return true;
  }

  #onTick(tick: Tick, appended: Instant): boolean {
    this.#clock = later(this.#clock, earlier(tick.upTo, appended));
    for (let fired = 0; fired < FIRED_AT_ONCE; fired++) {
      const timer = this.people.nextTimer(this.#clock);
      if (timer === undefined) return true;
      this.#fire(timer);
    }
    return this.people.nextTimer(this.#clock) === undefined;
  }

  /** A timer armed earlier than anything is due (what it was for has moved on) is only armed anew. */
  #fire(timer: Timer): void {
    const { person } = timer;
    const before = this.people.find(person);
    if (isLater(before.state, timer)) return this.people.rearm(person, before, before.state);
    const { state, outputs, refused } = this.#come(person, before.state, { kind: 'timer', due: timer.due, clock: this.#clock });
    this.#counts.fired++;
    this.#stuck = isLater(state, timer) ? 0 : this.#stuck + 1;
    if (refused !== undefined) this.watch.logger.error('processor.person-set-aside', { due: timer.due, detail: refused });
    this.people.rearm(person, before, state);
    this.outbox.take(person, outputs);
  }

  /** Their timer has come due; who has been at that for too long is set aside. */
  #come(person: string, state: PersonState | undefined, input: Input): Taken {
    if (this.#stuck < STUCK_MAX) return this.#advance(person, state, input);
    return setAside(this.#program, person, state, input, `their timer came due ${STUCK_MAX} times in a row`);
  }

  #advance(person: string, state: PersonState | undefined, input: Input): Taken {
    const { tracer } = this.options;
    if (tracer === undefined) return advanceOrSetAside(this.#program, person, state, input);
    return this.#advanceTold(tracer, person, state, input);
  }

  #advanceTold(tracer: TaskTracer, person: string, state: PersonState | undefined, input: Input): Taken {
    return advanceOrSetAside(this.#program, person, state, input, (entry) => tracer(person, input, entry));
  }

  #onControl(control: Control, at: Instant): true {
    const definitions = applyControl(this.#definitions, control, at);
    if (definitions === this.#definitions) return true;
    this.#check(definitions);
    this.#definitions = definitions;
    this.#definitionsChanged = true;
    this.#program = this.#compile();
    if (control.change.type === 'settings') this.#onSettings(control.change);
    return true;
  }

  #onSettings({ semantics = this.#program.semantics }: SettingsChange): void {
    this.#checkZoneData();
    if (semantics >= this.#program.semantics) return;
    this.watch.meter.count('tripline_processor_semantics_lower_total');
    this.watch.logger.error('processor.semantics-lower', { told: semantics, inForce: this.#program.semantics });
  }

  /** S4, S5: asked of whatever is to come into force, before it is. */
  #check(definitions: Definitions): void {
    checkZone(definitions);
    checkSemantics(definitions, this.options.known);
  }

  #setAside(record: LogRecord, reason: DeadLetterReason, detail: string): true {
    for (const letter of deadLettersOf(record, reason, detail)) this.outbox.takeEntry(letter);
    this.watch.meter.count('tripline_processor_dead_letters_total', { reason });
    this.watch.logger.warn('processor.dead-letter', { partition: record.partition, offset: record.offset, reason, detail });
    return true;
  }

  /** S4. */
  #checkZoneData(): void {
    const { zoneData = '' } = settingsOf(this.#definitions) ?? {};
    if (zoneData <= ZONE_DATA_VERSION) return;
    this.watch.meter.count('tripline_processor_zone_data_older_total');
    this.watch.logger.warn('processor.zone-data-older', { own: ZONE_DATA_VERSION, settings: zoneData });
  }

  #compile(): Program {
    const program = makeProgram(this.#definitions);
    for (const { kind = 'trigger', trigger: name, version, path, message } of program.problems)
      this.watch.logger.error(`processor.${kind}-refused`, { [kind]: name, version, path, message });
    return program;
  }
}

/** Nothing of this state is due at the timer's instant yet. */
function isLater(state: PersonState | undefined, timer: Timer): boolean {
  const next = state === undefined ? undefined : nextTimer(state);
  return next === undefined || (next.due - timer.due || next.deadline - timer.deadline) > 0;
}
