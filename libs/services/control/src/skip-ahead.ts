import { between, earlier, later, milliseconds, minutes, plus, type Duration, type Instant } from '@tripline/kernel';
import { CHANNELS, GROUPS, TOPICS } from '@tripline/model';
import type { Clock, EventLog } from '@tripline/ports';

/** Between two stops at most this much is passed over once something is due: far less than the grace of any sensible trigger. */
const STRIDE: Duration = minutes(5);
/** After so many stops the rest is one leap. */
const STOPS_MAX = 60;
/** Two looks this far apart must find everything at rest; the gate looks around more often than that. */
const LOOK_EVERY: Duration = milliseconds(250);
/** What is not at rest after so many looks is held up by something that no waiting helps: the rest is one leap. */
const LOOKS_MAX = 20;

/** Who reads what: all of it read is what "at rest" means. */
const READERS: readonly (readonly [group: string, topic: string])[] = [
  [GROUPS.collector, TOPICS.ingest],
  [GROUPS.collector, TOPICS.import],
  [GROUPS.collector, TOPICS.receipts],
  [GROUPS.processor, TOPICS.events],
  [GROUPS.scheduler, TOPICS.profiles],
  [GROUPS.scheduler, TOPICS.actions],
  [GROUPS.scheduler, TOPICS.receipts],
  ...CHANNELS.map((channel) => [GROUPS.dispatcher(channel), TOPICS.dispatch[channel]] as const),
];

export type SkipAheadOptions = {
  readonly log: EventLog;
  readonly clock: Clock & { advance(length: Duration): Promise<Instant> };
  /** When the earliest thing of all tasks is due; undefined where nothing is. */
  readonly nextDue: () => Instant | undefined;
};

/**
 * Moves the clock of an embedded log ahead as time would pass: it stops where something is due, until what follows from it has gone its
 * way. In one leap a message decided on the way would reach the gate hours late, and rightly be dropped as stale.
 */
export class SkipAhead {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: SkipAheadOptions) {}

  /** Answers the time it came to. One call at a time; a further one waits. */
  advance(length: Duration): Promise<Instant> {
    const moved = this.#last.then(() => this.#walk(plus(this.options.clock.now(), length)));
    this.#last = moved.catch(() => undefined);
    return moved;
  }

  async #walk(target: Instant): Promise<Instant> {
    const { clock, nextDue } = this.options;
    for (let stops = 0; stops < STOPS_MAX && (await this.#comesToRest()); stops++) {
      const due = nextDue();
      if (due === undefined || due >= target) break;
      await this.#moveTo(earlier(stops === 0 ? due : later(due, plus(clock.now(), STRIDE)), target));
    }
    return this.#moveTo(target);
  }

  /** Where real time has already brought the clock there, it stays. */
  #moveTo(target: Instant): Promise<Instant> {
    const { clock } = this.options;
    const left = between(clock.now(), target);
    return left > 0 ? clock.advance(left) : Promise.resolve(clock.now());
  }

  async #comesToRest(): Promise<boolean> {
    let still = 0;
    for (let looks = 0; looks < LOOKS_MAX && still < 2; looks++) {
      if (looks > 0) await this.options.clock.sleep(LOOK_EVERY);
      still = (await this.#isStill()) ? still + 1 : 0;
    }
    return still === 2;
  }

  async #isStill(): Promise<boolean> {
    const { clock, nextDue } = this.options;
    const due = nextDue();
    if (due !== undefined && due <= clock.now()) return false;
    const read = await Promise.all(READERS.map(([group, topic]) => this.#isRead(group, topic)));
    return read.every(Boolean);
  }

  async #isRead(group: string, topic: string): Promise<boolean> {
    const { log } = this.options;
    const [bounds, committed] = await Promise.all([log.bounds(topic), log.committed(group, topic)]);
    return bounds.every(({ partition, first, end }) => (committed.get(partition) ?? first) >= end);
  }
}
