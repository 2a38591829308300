import { milliseconds, seconds, type Duration, type Instant } from '@tripline/kernel';
import { GROUPS, TOPICS } from '@tripline/model';
import type { Clock, EventLog, Stop, Watch } from '@tripline/ports';

const POLL_MIN: Duration = milliseconds(5);
const POLL_MAX: Duration = milliseconds(200);
/** Collectors that have not come past what was there for this long stand still: everything that waits for a deadline waits for them. */
export const STANDING_STILL: Duration = seconds(5);
/** What the collectors read; all of it is in the tasks' partitions before their position is committed. */
const SOURCES = [TOPICS.ingest, TOPICS.receipts] as const;

type Mark = { readonly topic: string; readonly partition: number; readonly end: number };

/**
 * Proves that everything received before an instant is in the tasks' partitions: at that instant the ends of what collectors read were
 * taken, and then the collectors' committed offsets were seen past them. A partition that holds nothing is passed.
 */
export class CollectorProof {
  constructor(
    private readonly log: EventLog,
    private readonly clock: Clock,
    private readonly watch: Watch,
  ) {}

  /** The instant it holds for, this process's now as it was called; undefined once stopped. Waits as long as collectors lag. Rejects as the log does. */
  async take(stop: Stop): Promise<Instant | undefined> {
    const upTo = this.clock.now();
    let marks = await this.#marks();
    let waited = 0;
    for (let pause = POLL_MIN; ; pause = milliseconds(Math.min(pause * 2, POLL_MAX))) {
      marks = await this.#ahead(marks);
      if (marks.length === 0) break;
      if (stop.stopped) return undefined;
      await this.clock.sleep(pause, stop);
      waited = this.#alarm(waited, pause, marks);
    }
    this.watch.meter.gauge('tripline_processor_collectors_behind_seconds', 0);
    return upTo;
  }

  async #marks(): Promise<readonly Mark[]> {
    const all = await Promise.all(
      SOURCES.map(async (topic) => (await this.log.bounds(topic)).map((bounds) => ({ topic, ...bounds }))),
    );
    return all.flat().filter(({ first, end }) => end > first);
  }

  /** The marks that collectors have not come past. */
  async #ahead(marks: readonly Mark[]): Promise<readonly Mark[]> {
    const topics = [...new Set(marks.map(({ topic }) => topic))];
    const committed = new Map(
      await Promise.all(topics.map(async (topic) => [topic, await this.log.committed(GROUPS.collector, topic)] as const)),
    );
    return marks.filter(({ topic, partition, end }) => (committed.get(topic)?.get(partition) ?? 0) < end);
  }

  #alarm(before: number, pause: number, marks: readonly Mark[]): number {
    const waited = before + pause;
    this.watch.meter.gauge('tripline_processor_collectors_behind_seconds', waited / 1_000);
    if (Math.floor(waited / STANDING_STILL) > Math.floor(before / STANDING_STILL)) {
      const { topic = '', partition = 0, end = 0 } = marks[0] ?? {};
      this.watch.meter.count('tripline_processor_collectors_stand_still_total');
      this.watch.logger.warn('processor.collectors-stand-still', { topic, partition, end, waitedSeconds: waited / 1_000 });
    }
    return waited;
  }
}
