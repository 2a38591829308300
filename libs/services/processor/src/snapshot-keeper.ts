import { between, makeDuration, plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import type { Clock, StateCopy, Watch } from '@tripline/ports';
import type { ReplayEstimate } from './replay-estimate.js';
import type { SnapshotLimits } from './snapshot-limits.js';
import type { Snapshot, Snapshots } from './snapshots.js';

/** A task that went on at all has a snapshot not older than this: the log keeps its records longer. */
export const SNAPSHOT_AGE_MAX: Duration = makeDuration(6 * 3_600_000);
/** When a process ends, tasks get a last snapshot where replaying them would take longer than this. */
export const LAST_WORTH: Duration = seconds(1);
/** How long the last snapshots of a process may take. */
export const DRAIN_FOR: Duration = seconds(20);

/** A task as its snapshots see it. */
export type Copied = {
  readonly partition: number;
  readonly position: number;
  /** The state of its last commit; undefined before the first. */
  copy(): StateCopy | undefined;
};

export type KeeperParts = {
  readonly snapshots: Snapshots;
  readonly estimate: ReplayEstimate;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly limits: SnapshotLimits;
  readonly tasks: () => Iterable<Copied>;
};

/**
 * Takes snapshots of the tasks of one process, so that nobody replays for long who takes them over.
 * K1. One at a time: what it holds in memory is one object of one task.
 * K2. A snapshot is of a commit: nothing waits for it, and a task that closes ends the one of it.
 */
export class SnapshotKeeper {
  /** The newest of each task held here. */
  readonly #newest = new Map<number, Snapshot>();
  readonly #triedAt = new Map<number, Instant>();
  #underWay: { readonly partition: number; held: boolean; readonly done: Promise<void> } | undefined;

  constructor(private readonly parts: KeeperParts) {}

  /** A task was opened; its newest snapshot, if there is one. */
  opened(partition: number, newest: Snapshot | undefined): void {
    if (newest === undefined) this.#newest.delete(partition);
    else this.#newest.set(partition, newest);
  }

  /** Before a task is closed: nothing of it is read any more once this has resolved. */
  async closing(partition: number): Promise<void> {
    const underWay = this.#underWay;
    if (underWay?.partition !== partition) return;
    underWay.held = false;
    await underWay.done;
  }

  /** Looks whether one is due, and takes it. Never rejects. */
  async round(): Promise<void> {
    const tasks = [...this.parts.tasks()];
    const limitMs = this.parts.limits.replayMax / Math.max(1, tasks.length);
    for (const task of tasks) this.#show(task);
    const due = tasks.filter((task) => this.#isDue(task, limitMs)).sort((a, b) => this.replayMs(b) - this.replayMs(a))[0];
    if (due !== undefined) await this.#take(due);
  }

  /** The last snapshots of a process that ends: the longest replays first, for `DRAIN_FOR`. Never rejects. */
  async drain(): Promise<void> {
    const ends = plus(this.parts.clock.now(), DRAIN_FOR);
    const tasks = [...this.parts.tasks()].sort((a, b) => this.replayMs(b) - this.replayMs(a));
    for (const task of tasks) {
      if (this.replayMs(task) < LAST_WORTH) return;
      if (this.parts.clock.now() >= ends) return this.#tooLate(task);
      await this.#take(task);
    }
  }

  /** How long whoever takes this task over would replay. */
  replayMs({ partition, position }: Copied): number {
    return this.parts.estimate.msOf(position - (this.#newest.get(partition)?.next ?? 0));
  }

  #isDue(task: Copied, limitMs: number): boolean {
    const now = this.parts.clock.now();
    const newest = this.#newest.get(task.partition);
    const tried = this.#triedAt.get(task.partition) ?? newest?.taken;
    if (tried !== undefined && now < plus(tried, this.parts.limits.spacing)) return false;
    const isOld = task.position > (newest?.next ?? 0) && newest !== undefined && now >= plus(newest.taken, SNAPSHOT_AGE_MAX);
    return isOld || this.replayMs(task) > limitMs;
  }

  async #take(task: Copied): Promise<void> {
    if (this.#underWay !== undefined) await this.#underWay.done;
    const underWay = { partition: task.partition, held: true, done: Promise.resolve() };
    this.#underWay = underWay;
    underWay.done = this.#write(task, () => underWay.held).finally(() => (this.#underWay = undefined));
    await underWay.done;
  }

  async #write(task: Copied, held: () => boolean): Promise<void> {
    const { snapshots, clock, watch } = this.parts;
    const { partition } = task;
    const copy = task.copy();
    if (copy === undefined || copy.checkpoint.next <= (this.#newest.get(partition)?.next ?? 0)) return copy?.close();
    const began = clock.now();
    this.#triedAt.set(partition, began);
    try {
      const taken = await snapshots.write(partition, copy, held);
      if (taken === undefined) return;
      this.#newest.set(partition, taken);
      const ms = between(began, clock.now());
      watch.meter.count('tripline_processor_snapshots_total', { result: 'taken' });
      watch.meter.observe('tripline_processor_snapshot_seconds', ms / 1_000);
      watch.logger.info('processor.snapshot-taken', { partition, next: taken.next, bytes: taken.bytes, ms });
      await snapshots.prune(partition);
    } catch (error) {
      watch.meter.count('tripline_processor_snapshots_total', { result: 'failed' });
      watch.logger.warn('processor.snapshot-failed', { partition, error: String(error) });
    } finally {
      copy.close();
    }
  }

  #tooLate(task: Copied): void {
    this.parts.watch.logger.warn('processor.drain-too-long', {
      partition: task.partition,
      replaySeconds: this.replayMs(task) / 1_000,
    });
  }

  #show(task: Copied): void {
    const labels = { partition: String(task.partition) };
    this.parts.watch.meter.gauge('tripline_processor_replay_seconds', this.replayMs(task) / 1_000, labels);
  }
}
