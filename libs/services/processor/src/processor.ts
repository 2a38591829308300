import { milliseconds, OperatingError, seconds, type Duration, type Instant } from '@tripline/kernel';
import { SEMANTICS_KNOWN, semanticsOf, type SemanticsRange } from '@tripline/engine';
import { GROUPS, TOPICS } from '@tripline/model';
import type {
  Batch,
  Clock,
  EventLog,
  Explanation,
  ObjectStore,
  PersonStates,
  PersonView,
  StateStore,
  Stop,
  Subscription,
  TaskStore,
  Watch,
  WhyQuestion,
} from '@tripline/ports';
import { openState } from './open-state.js';
import { boundsOf, findPosition, type StartFrom } from './position.js';
import { Questions } from './questions.js';
import type { RecoveryProgress } from './recovery.js';
import { ReplayEstimate } from './replay-estimate.js';
import { SnapshotKeeper } from './snapshot-keeper.js';
import { SNAPSHOT_LIMITS, type SnapshotLimits } from './snapshot-limits.js';
import { Snapshots } from './snapshots.js';
import { SharedLimits, type TaskLimits } from './task-limits.js';
import { TaskGauges } from './task-gauges.js';
import { asKnown, Task } from './task.js';
import { TickWriter } from './tick-writer.js';
import { Watchdog, type Standing } from './watchdog.js';

/** How often it is looked whether a snapshot is due. */
const SNAPSHOTS_LOOKED_AT: Duration = seconds(1);
/** How often tasks are asked whether a checkpoint is due, and their gauges are set. */
const HOUSEKEEPING: Duration = milliseconds(250);

export type ProcessorOptions = {
  readonly log: EventLog;
  readonly store: StateStore;
  readonly clock: Clock;
  readonly watch: Watch;
  /** Of `tripline.events`; checked against the log by whoever makes the topics. */
  readonly partitions: number;
  /** Where snapshots go, shared by all processors; without it a task whose disk is lost is replayed from the log's beginning. */
  readonly objects?: ObjectStore;
  /** When snapshots are taken and gone on from; specs say other limits. */
  readonly snapshotLimits?: SnapshotLimits;
  readonly startFrom?: StartFrom;
  /** By partition: the offsets that are set aside unread, because reading them ends the process. Keep them as long as the log keeps those records. */
  readonly skips?: ReadonlyMap<number, ReadonlySet<number>>;
  readonly checkpointEvery?: Duration;
  /** What this build runs; specs say what another would. */
  readonly semantics?: SemanticsRange;
};

/** A task that stopped for good, and what to do. */
export type Halted = { readonly partition: number; readonly code: string; readonly instructions: string };

/** One line of what a processor is doing. */
export type TaskReport = {
  readonly partition: number;
  readonly position: number;
  readonly lag: number;
  readonly clock: Instant;
  readonly nextDue?: Instant;
  /** While it reads what was in the log when it was opened. */
  readonly recovery?: RecoveryProgress;
};

/**
 * Runs the tasks of one process: those whose partitions the consumer group gives it. A task that stays keeps its state open;
 * one that goes writes what is acknowledged and closes.
 */
export class Processor implements PersonStates {
  readonly #tasks = new Map<number, Task>();
  readonly #halted = new Map<number, Halted>();
  /** Given to us, and not open yet. */
  readonly #opening = new Set<number>();
  readonly #limits: TaskLimits;
  readonly #ticks: TickWriter;
  readonly #gauges: TaskGauges;
  readonly #watchdog: Watchdog;
  readonly #estimate = new ReplayEstimate();
  readonly #snapshots: Snapshots | undefined;
  readonly #keeper: SnapshotKeeper | undefined;
  readonly #questions: Questions;
  #gaveUp: string | undefined;

  constructor(private readonly options: ProcessorOptions) {
    const { log, clock, watch, objects, partitions, snapshotLimits: limits = SNAPSHOT_LIMITS } = options;
    this.#gauges = new TaskGauges(clock, watch);
    this.#watchdog = new Watchdog(clock, watch);
    this.#limits = new SharedLimits(() => this.#tasks.size, options.checkpointEvery);
    const going = (): Task[] => [...this.#tasks.values()].filter(({ broken }) => broken === undefined);
    this.#ticks = new TickWriter(log, TOPICS.events, clock, watch, going);
    const standing = { tasks: this.#tasks, halted: this.#halted, opening: this.#opening };
    this.#questions = new Questions({ ...options, ...standing });
    if (objects === undefined) return;
    const snapshots = (this.#snapshots = new Snapshots(objects, { topic: TOPICS.events, partitions }, clock));
    this.#keeper = new SnapshotKeeper({ snapshots, estimate: this.#estimate, clock, watch, limits, tasks: going });
  }

  /** How it reads its topic; `instance` is a name of this process that outlives restarts, `address` where others ask it. */
  subscription(instance?: string, address?: string): Subscription {
    return {
      group: GROUPS.processor,
      topics: [TOPICS.events],
      ...(instance === undefined ? {} : { instance }),
      ...(address === undefined ? {} : { address }),
      handle: (batch) => this.handle(batch),
      assigned: (_topic, partition) => this.assigned(partition),
      revoked: (_topic, partition) => this.revoked(partition),
      halted: (error, _topic, partition) => this.halted(error, partition),
    };
  }

  handle(batch: Batch): Promise<void> {
    const task = this.#tasks.get(batch.partition);
    if (task !== undefined) return task.handle(batch);
    const halted = this.#halted.get(batch.partition);
    const [code, retry, why] = halted === undefined
      ? (['not-assigned', 'later', 'is not open'] as const)
      : ([halted.code, 'never', halted.instructions] as const); // prettier-ignore
    return Promise.reject(new OperatingError(code, retry, `task ${batch.partition}: ${why}`));
  }

  /** Opens the task, or finds it open; answers where it goes on. Rejects with an `OperatingError`, never, where it must not go on. */
  async assigned(partition: number): Promise<number> {
    const open = this.#tasks.get(partition);
    if (open !== undefined && open.broken === undefined) return open.position;
    this.#opening.add(partition);
    return this.revoked(partition)
      .then(() => this.#open(partition))
      .finally(() => this.#opening.delete(partition));
  }

  async #open(partition: number): Promise<number> {
    const { log, watch, store: states, snapshotLimits: limits = SNAPSHOT_LIMITS } = this.options;
    const parts = { store: states, snapshots: this.#snapshots, log, topic: TOPICS.events, watch, limits };
    const { store, newest } = await openState(parts, partition).catch((error: unknown) => {
      throw asKnown(error, partition);
    });
    try {
      const task = await this.#makeTask(partition, store);
      this.#tasks.set(partition, task);
      this.#keeper?.opened(partition, newest);
      this.options.watch.logger.info('processor.task-opened', { partition, position: task.position });
      return task.position;
    } catch (error) {
      await store.close();
      throw asKnown(error, partition);
    }
  }

  async revoked(partition: number): Promise<void> {
    this.#halted.delete(partition);
    const task = this.#tasks.get(partition);
    if (task === undefined) return;
    this.#tasks.delete(partition);
    this.#gauges.gone(partition);
    await this.#keeper?.closing(partition);
    await task.close();
    this.options.watch.logger.info('processor.task-closed', { partition, position: task.position });
  }

  /** Without a partition: the reader as a whole gave up. */
  halted(error: unknown, partition?: number): void {
    const instructions = error instanceof Error ? error.message : String(error);
    const code = error instanceof OperatingError ? error.code : 'assertion';
    if (partition === undefined) this.#gaveUp = instructions;
    else if (!(error instanceof OperatingError) || error.retry === 'never')
      this.#halted.set(partition, { partition, code, instructions });
    this.options.watch.logger.error('processor.halted', { partition, code, instructions });
    this.options.watch.meter.count('tripline_processor_halted_total', { code });
  }

  /** Writes ticks, checkpoints and snapshots until stopped. The reading itself is the caller's. */
  async run(stop: Stop): Promise<void> {
    await Promise.all([this.#ticks.run(stop), this.#keepHouse(stop), this.#keepSnapshots(stop)]);
  }

  /** Before the reading is closed, while tasks still go on: takes the last snapshots, so that others soon stand where these stood. */
  async drain(): Promise<void> {
    await this.#keeper?.drain();
  }

  /** This person as their task sees them; `no-owner` where it is not here. */
  person(person: string): Promise<PersonView | undefined> {
    return this.#questions.person(person);
  }

  /** Why a trigger did or did not write to this person, told again from the log up to where their task stands; also where that has stopped. */
  why(question: WhyQuestion): Promise<Explanation> {
    return this.#questions.why(question);
  }

  /** Of its topic. */
  get partitions(): number {
    return this.options.partitions;
  }

  /** When the earliest thing of the tasks held here is due; undefined where nothing is. */
  nextDue(): Instant | undefined {
    return this.tasks().reduce<Instant | undefined>(
      (first, { nextDue }) => (first === undefined || (nextDue !== undefined && nextDue < first) ? nextDue : first),
      undefined,
    );
  }

  tasks(): readonly TaskReport[] {
    return [...this.#tasks.values()].map((task) => {
      const nextDue = task.nextDue();
      const { partition, position, lag, clock, recovery } = task;
      const due = nextDue === undefined ? {} : { nextDue };
      return { partition, position, lag, clock, ...due, ...(recovery === undefined ? {} : { recovery }) };
    });
  }

  /** The numbers of semantics in force here, ascending, and those this build runs. They are several while a change is under way. */
  semantics(): { readonly inForce: readonly number[]; readonly known: SemanticsRange } {
    const inForce = new Set([...this.#tasks.values()].map(({ definitions }) => semanticsOf(definitions)));
    return { inForce: [...inForce].sort((a, b) => a - b), known: this.options.semantics ?? SEMANTICS_KNOWN };
  }

  /** Tasks that have stopped, with what to do. */
  haltedTasks(): readonly Halted[] {
    return [...this.#halted.values()];
  }

  /** Tasks that have work and do none, with what to do. */
  standingTasks(): readonly Standing[] {
    return this.#watchdog.standing();
  }

  /** Why the process is to end: its reader gave up, or a task is stuck; undefined while it need not. */
  get gaveUp(): string | undefined {
    return this.#gaveUp ?? this.#watchdog.stuck;
  }

  async #makeTask(partition: number, store: TaskStore): Promise<Task> {
    const { log, clock, watch, semantics, skips, startFrom = 'beginning' } = this.options;
    const topic = TOPICS.events;
    const position = await findPosition(log, topic, partition, store.checkpoint(), startFrom);
    const { end = position } = (await boundsOf(log, topic, partition)) ?? {};
    const parts = { skips: skips?.get(partition), topic, partition, log, store, clock, watch, semantics, position, end };
    return new Task({ ...parts, limits: this.#limits, estimate: this.#estimate });
  }

  async #keepSnapshots(stop: Stop): Promise<void> {
    for (const keeper = this.#keeper; keeper !== undefined && !stop.stopped;) {
      await keeper.round();
      await this.options.clock.sleep(SNAPSHOTS_LOOKED_AT, stop);
    }
  }

  async #keepHouse(stop: Stop): Promise<void> {
    const { clock } = this.options;
    while (!stop.stopped) {
      this.#showSemantics();
      this.#watchdog.look([...this.#tasks.values()].filter(({ broken }) => broken === undefined));
      for (const task of this.#tasks.values()) {
        void task.checkpoint();
        this.#gauges.show(task);
      }
      await clock.sleep(HOUSEKEEPING, stop);
    }
  }

  #showSemantics(): void {
    const { meter } = this.options.watch;
    const { inForce, known } = this.semantics();
    meter.gauge('tripline_processor_semantics_known', known.max);
    if (inForce.length > 0) meter.gauge('tripline_processor_semantics', Math.min(...inForce));
  }
}
