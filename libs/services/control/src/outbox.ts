import { milliseconds, OperatingError, seconds, type Duration } from '@tripline/kernel';
import { encodeTaskInput, TOPICS, type Control } from '@tripline/model';
import type { Catalogue, Clock, Entry, EventLog, Stop, Wake, Watch } from '@tripline/ports';

/** Control records of one round. */
const ROUND_MAX = 100;
/** How long the outbox rests when nothing is published here; another process may have. */
const POLL: Duration = milliseconds(500);
const TROUBLE_PAUSE: Duration = seconds(1);

export type OutboxOptions = {
  readonly catalogue: Catalogue;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly wake: Wake;
};

/**
 * Carries what was published to every partition of `tripline.events`.
 * I1. A record is marked sent after every partition has acknowledged it; one that is not is appended again, the same, and changes nothing twice.
 * I2. Records go in the order of their revisions.
 */
export class Outbox {
  #trouble: string | undefined;

  constructor(private readonly options: OutboxOptions) {}

  get trouble(): string | undefined {
    return this.#trouble;
  }

  async run(stop: Stop): Promise<void> {
    const { clock, wake } = this.options;
    while (!stop.stopped) {
      const sent = await this.#tryRound();
      if (sent === undefined) await clock.sleep(TROUBLE_PAUSE, stop);
      else if (sent === 0) await wake.rest(clock, POLL, stop);
    }
  }

  /** How many went; undefined after trouble that may pass. */
  async #tryRound(): Promise<number | undefined> {
    const { watch } = this.options;
    try {
      const sent = await this.#round();
      this.#trouble = undefined;
      return sent;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      watch.meter.count('tripline_control_outbox_trouble_total');
      if (!(error instanceof OperatingError) || error.retry === 'never') {
        watch.logger.error('control.outbox_failed', { error: this.#trouble });
        throw error;
      }
      watch.logger.warn('control.outbox_trouble', { error: this.#trouble });
      return undefined;
    }
  }

  async #round(): Promise<number> {
    const { catalogue, log, watch } = this.options;
    const outgoing = await catalogue.outbox(ROUND_MAX);
    if (outgoing.length === 0) return 0;
    const partitions = await log.partitions(TOPICS.events);
    for (const { control } of outgoing) await log.append(entriesOf(control, partitions));
    await catalogue.sent(outgoing.map(({ id }) => id));
    watch.meter.count('tripline_control_published_total', {}, outgoing.length);
    return outgoing.length;
  }
}

/** The same value for every partition; one record at a time, so that a call stays small however large the documents are. */
function entriesOf(control: Control, partitions: number): readonly Entry[] {
  const value = encodeTaskInput(control);
  return Array.from({ length: partitions }, (_, partition) => ({ topic: TOPICS.events, key: null, value, partition }));
}
