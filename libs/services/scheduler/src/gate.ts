import { hours, milliseconds, OperatingError, seconds, type Duration, type Instant } from '@tripline/kernel';
import type { Decision } from '@tripline/model';
import { decide, type GatePolicy } from '@tripline/policy';
import type { Clock, EventLog, Gatehouse, Stop, Untold, Wake, Watch } from '@tripline/ports';
import { consequenceOf } from './consequence.js';

/** Actions of one round. */
export const ROUND_MAX = 1_000;
/** How long a claim lasts: a gate that dies gives its actions back after it. */
export const LEASE: Duration = seconds(30);
/** How long the gate rests at most when nothing is due: what is held wakes, and switches are seen, within it. */
export const POLL: Duration = milliseconds(200);
/** A decision not marked told by then is told again. */
export const RETELL_AGE: Duration = seconds(30);
/** How long after expiry a dispatcher that says nothing is waited for. */
export const SILENT_AGE: Duration = hours(1);
/** What is left over (untold, silent) is looked for so often. */
const LEFTOVERS_EVERY: Duration = seconds(5);
/** Rest after trouble with the database or the log. */
const TROUBLE_PAUSE: Duration = seconds(1);

export type GateOptions = {
  readonly gatehouse: Gatehouse;
  readonly log: EventLog;
  readonly clock: Clock;
  readonly watch: Watch;
  readonly policy: GatePolicy;
};

/**
 * The gate's loop: claim what is due, decide, keep the decisions, tell them, mark them told.
 * I1. Nothing is told that is not kept; what is kept and not told is told again, the same, by whichever gate finds it.
 * I2. A round that finds nothing rests; one that finds something is followed by another at once.
 */
export class Gate {
  readonly #options: GateOptions;
  readonly #wake: Wake;
  #leftoversAt: number = Number.NEGATIVE_INFINITY;
  #trouble: string | undefined;

  constructor(options: GateOptions, wake: Wake) {
    this.#options = options;
    this.#wake = wake;
  }

  get trouble(): string | undefined {
    return this.#trouble;
  }

  async run(stop: Stop): Promise<void> {
    while (!stop.stopped) {
      const worked = await this.#tryRound();
      if (worked === undefined) await this.#options.clock.sleep(TROUBLE_PAUSE, stop);
      else if (worked === 0) await this.#wake.rest(this.#options.clock, POLL, stop);
    }
  }

  /** How much was done; undefined after trouble that may pass. */
  async #tryRound(): Promise<number | undefined> {
    try {
      const worked = (await this.#leftovers()) + (await this.#round());
      this.#trouble = undefined;
      return worked;
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
      const passing = error instanceof OperatingError && error.retry === 'later';
      const { logger, meter } = this.#options.watch;
      meter.count('tripline_scheduler_gate_trouble_total');
      if (passing) logger.warn('scheduler.gate_trouble', { error: this.#trouble });
      else logger.error('scheduler.gate_failed', { error: this.#trouble });
      if (!passing) throw error;
      return undefined;
    }
  }

  async #round(): Promise<number> {
    const { gatehouse, clock, policy } = this.#options;
    const waiting = await gatehouse.claim(clock.now(), LEASE, ROUND_MAX);
    if (waiting.length === 0) return 0;
    const now = clock.now();
    const decisions = waiting.map((one) => ({ action: one.action, decision: decide(one, now, policy) }));
    const kept = await gatehouse.decide(decisions, now);
    this.#count(kept, now);
    await this.#tell(kept);
    return waiting.length;
  }

  /** What an earlier gate did not get to, and what no dispatcher answered for. */
  async #leftovers(): Promise<number> {
    const { gatehouse, clock, watch } = this.#options;
    const now = clock.now();
    if (now < this.#leftoversAt + LEFTOVERS_EVERY) return 0;
    const again = await gatehouse.untold(now, RETELL_AGE, ROUND_MAX);
    watch.meter.count('tripline_scheduler_told_again_total', {}, again.length);
    await this.#tell(again);
    const silent = await gatehouse.closeSilent(now, SILENT_AGE, ROUND_MAX);
    this.#count(silent, now);
    await this.#tell(silent);
    if (again.length + silent.length === 0) this.#leftoversAt = now;
    return again.length + silent.length;
  }

  async #tell(untold: readonly Untold[]): Promise<void> {
    const { gatehouse, log, clock } = this.#options;
    const now = clock.now();
    const told = untold.filter(({ decision }) => decision.kind !== 'hold');
    if (told.length === 0) return;
    await log.append(told.flatMap((one) => consequenceOf(one, now) ?? []));
    await gatehouse.told(told);
  }

  #count(decided: readonly Untold[], now: Instant): void {
    const { meter } = this.#options.watch;
    for (const { action, decision } of decided) {
      const { channel } = action;
      meter.count('tripline_scheduler_decisions_total', { channel, decision: decision.kind, reason: reasonOf(decision) });
      if (decision.kind === 'send')
        meter.observe('tripline_scheduler_ready_to_send_seconds', Math.max(0, now - action.ready) / 1_000);
    }
  }
}

const reasonOf = (decision: Decision): string => (decision.kind === 'send' ? 'handed-over' : decision.reason);
