import { milliseconds, OperatingError, plus, seconds, type Duration, type Instant } from '@tripline/kernel';
import { GROUPS, TOPICS } from '@tripline/model';
import type { Catalogue, Clock, EventLog, Wake } from '@tripline/ports';

/** How long one call waits for others, in all; then it is to be made again. */
export const HISTORY_PATIENCE: Duration = seconds(20);
const LOOK_EVERY: Duration = milliseconds(50);
/** By which history comes; what comes over HTTP is in the tasks' partitions when it is answered. */
const WAYS = [TOPICS.ingest, TOPICS.import] as const;

export type HistoryOptions = {
  readonly catalogue: Catalogue;
  readonly log: EventLog;
  readonly clock: Clock;
  /** The outbox, which carries what is said to the tasks. */
  readonly outbox: Wake;
};

type End = { readonly topic: string; readonly partition: number; readonly end: number };

/**
 * Says in the log that history is complete, at a place after all of it.
 * H1. `complete` puts nothing out before the collectors have come past everything that was in the topics they read when it was called.
 * H2. It concerns what was published before `begin` was answered, and all of that was in the log by then: it was in force while history came.
 */
export class History {
  constructor(private readonly options: HistoryOptions) {}

  /** Before an import: answers its mark when everything published so far is in the tasks' partitions. Nothing is put out. */
  async begin(): Promise<number> {
    const { catalogue, outbox } = this.options;
    const mark = await catalogue.mark();
    outbox.call();
    await this.#until(this.#ends(), () => this.#isOut(mark), 'what was published is not in the log yet');
    return mark;
  }

  /**
   * After it: everything that happened from `completeFrom` on has been sent. `begun` is the mark; without one it is everything published by now, and the
   * caller answers for it that nothing was published while history came. Resolves, with the revision, when every task has the record before it.
   */
  async complete(completeFrom: Instant, begun?: number): Promise<number> {
    const { catalogue, outbox } = this.options;
    const until = this.#ends();
    const ends = (await Promise.all(WAYS.map((topic) => this.#endsOf(topic)))).flat();
    await this.#until(until, () => this.#arePassed(ends), 'the collectors have not read all that was sent yet');
    const revision = await catalogue.completeHistory(completeFrom, begun ?? (await catalogue.mark()));
    outbox.call();
    await this.#until(until, () => this.#isOut(revision), 'it is on its way to the log');
    return revision;
  }

  async #isOut(revision: number): Promise<boolean> {
    const [first] = await this.options.catalogue.outbox(1);
    return first === undefined || first.id > revision;
  }

  async #endsOf(topic: string): Promise<readonly End[]> {
    const bounds = await this.options.log.bounds(topic);
    return bounds.filter(({ first, end }) => end > first).map(({ partition, end }) => ({ topic, partition, end }));
  }

  async #arePassed(ends: readonly End[]): Promise<boolean> {
    for (const topic of WAYS) {
      const committed = await this.options.log.committed(GROUPS.collector, topic);
      if (ends.some((each) => each.topic === topic && (committed.get(each.partition) ?? 0) < each.end)) return false;
    }
    return true;
  }

  #ends(): Instant {
    return plus(this.options.clock.now(), HISTORY_PATIENCE);
  }

  async #until(until: Instant, isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
    const { clock } = this.options;
    while (!(await isSo())) {
      if (clock.now() >= until) throw new OperatingError('history-waits', 'later', `${otherwise}: ask again`);
      await clock.sleep(LOOK_EVERY);
    }
  }
}
