import { makeDuration, milliseconds, seconds, type Duration, type Instant } from '@tripline/kernel';
import type { Clock, Watch } from '@tripline/ports';

/** A task that has work and does none for this long is said to stand still. */
export const STANDS_AFTER: Duration = seconds(60);
/** One whose work does not come back for this long will not: the process is to end, so that another takes its tasks over. */
export const STUCK_AFTER: Duration = seconds(300);
/** Between two looks no more than this counts: a clock that is moved on, or a process that was asleep, is no task that stands still. */
const LOOK_COUNTS_MAX: Duration = seconds(1);

/** A task as the watchdog sees it. */
export type Watched = {
  readonly partition: number;
  readonly position: number;
  readonly lag: number;
  /** Rises with every turn of work, also in the middle of a batch or a tick. */
  readonly turns: number;
  /** Batches begun, each time they are given. */
  readonly attempts: number;
  /** A batch of it is being handled. */
  readonly busy: boolean;
};

/** A task that stands still, and what to do. */
export type Standing = { readonly partition: number; readonly seconds: number; readonly instructions: string };

/** `hungMs`: for how long the very same attempt has been under way. */
type Seen = { readonly turns: number; readonly attempts: number; readonly stoodMs: Duration; readonly hungMs: Duration };

const NONE: Duration = milliseconds(0);

/**
 * Notices tasks that have work and do none: a store or a log that never answers is no error that anybody is told of.
 * D1. A turn of work, or having none, begins anew.
 * D2. Stuck is only whose batch does not come back; one that is tried again and again waits for the world, which a new process would, too.
 */
export class Watchdog {
  readonly #seen = new Map<number, Seen>();
  #standing: readonly Standing[] = [];
  #stuck: string | undefined;
  #lookedAt: Instant | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly watch: Watch,
  ) {}

  /** To be called every second, or more often, with all tasks held. */
  look(tasks: Iterable<Watched>): void {
    const passed = this.#passed();
    const all = [...tasks];
    const held = new Set(all.map(({ partition }) => partition));
    for (const partition of this.#seen.keys()) if (!held.has(partition)) this.#seen.delete(partition);
    this.#standing = all.flatMap((task) => this.#lookAt(task, passed));
    this.watch.meter.gauge('tripline_processor_tasks_standing', this.#standing.length);
  }

  /** Those that stand still now. */
  standing(): readonly Standing[] {
    return this.#standing;
  }

  /** Why the process is to end; undefined while it need not. It stays so. */
  get stuck(): string | undefined {
    return this.#stuck;
  }

  #passed(): Duration {
    const now = this.clock.now();
    const passed = now - (this.#lookedAt ?? now);
    this.#lookedAt = now;
    return makeDuration(Math.min(LOOK_COUNTS_MAX, Math.max(0, passed)));
  }

  #lookAt(task: Watched, passed: Duration): readonly Standing[] {
    const { partition, position, lag, turns, attempts, busy } = task;
    const before = this.#seen.get(partition);
    const stood = before?.turns === turns && (busy || lag > 0);
    const stoodMs = stood ? makeDuration(before.stoodMs + passed) : NONE;
    const hungMs = stood && busy && before.attempts === attempts ? makeDuration(before.hungMs + passed) : NONE;
    this.#seen.set(partition, { turns, attempts, stoodMs, hungMs });
    if (stoodMs < STANDS_AFTER) return [];
    if (before !== undefined && before.stoodMs < STANDS_AFTER) this.#tell('processor.task-stands-still', task, stoodMs);
    if (hungMs >= STUCK_AFTER && this.#stuck === undefined) {
      this.#tell('processor.task-stuck', task, stoodMs);
      this.#stuck = `task ${partition} stands at offset ${position}, and what it waits for does not come back: the process is to be started anew`;
    }
    const what = busy ? 'the state store or the log does not answer: look at the disk and the brokers' : 'nothing of it is read: look at the brokers'; // prettier-ignore
    return [{ partition, seconds: Math.floor(stoodMs / 1_000), instructions: `it stands at offset ${position}; ${what}` }];
  }

  #tell(name: string, { partition, position, lag, busy }: Watched, stoodMs: Duration): void {
    this.watch.logger.error(name, { partition, position, lag, busy, seconds: stoodMs / 1_000 });
    this.watch.meter.count(`tripline_${name.replaceAll(/[.-]/g, '_')}_total`);
  }
}
