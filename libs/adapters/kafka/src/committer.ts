import type { Watch } from '@tripline/ports';

/** A position to commit; `held` says whether the partition is still ours. */
export type Position = { readonly topic: string; readonly partition: number; readonly next: number; held(): boolean };
export type Commit = (offsets: { topic: string; partition: number; offset: string }[]) => Promise<void>;

const AGAIN_MS = 500;

/**
 * Commits positions, the newest of each partition, one request at a time: at once when idle, together when busy.
 * I1. A partition that is no longer ours is left out: the broker would take a commit for it, and set its new owner's back.
 * I2. A commit that fails is tried again with the newest positions; nothing waits for it but `flush`.
 */
export class Committer {
  readonly #pending = new Map<string, Position>();
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(
    private readonly commit: Commit,
    private readonly watch: Watch,
  ) {}

  mark(position: Position): void {
    this.#pending.set(`${position.topic}/${position.partition}`, position);
    this.#running ??= this.#run();
  }

  /** Resolves when all that was marked is committed, was lost, or could not be committed once more. */
  async flush(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    await Promise.resolve();
    while (this.#pending.size > 0) {
      const positions = [...this.#pending.values()].filter((position) => position.held());
      this.#pending.clear();
      if (positions.length > 0 && !(await this.#committed(positions))) await this.#later(positions);
    }
    this.#running = undefined;
  }

  async #committed(positions: readonly Position[]): Promise<boolean> {
    try {
      await this.commit(positions.map(({ topic, partition, next }) => ({ topic, partition, offset: String(next) })));
      return true;
    } catch (error) {
      this.watch.meter.count('tripline_log_commit_failures_total');
      this.watch.logger.warn('log.commit_failed', { error: String(error) });
      return false;
    }
  }

  async #later(positions: readonly Position[]): Promise<void> {
    if (this.#closed) return;
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    for (const position of positions) {
      const key = `${position.topic}/${position.partition}`;
      if (!this.#pending.has(key)) this.#pending.set(key, position);
    }
  }
}
