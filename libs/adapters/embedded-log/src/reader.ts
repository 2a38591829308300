import type { Batch, Clock, Reading, Subscription, Watch } from '@tripline/ports';
import type { Group, Member } from './group.js';
import { Lane, type LaneOwner } from './lane.js';
import type { Partition } from './partition.js';
import type { Positions } from './positions.js';

/** What readers need of the log they read. */
export type ReaderHost = { readonly positions: Positions; readonly clock: Clock; readonly watch: Watch };

/** One subscription at work: a member of its group, and the owner of its lanes. */
export class Reader implements Reading, Member, LaneOwner {
  readonly group: string;
  readonly address: string | undefined;
  #closing: Promise<void> | undefined;

  constructor(
    readonly partitions: ReadonlySet<Partition>,
    private readonly subscription: Subscription,
    private readonly of: Group,
    private readonly host: ReaderHost,
  ) {
    this.group = subscription.group;
    this.address = subscription.address;
    void of.join(this);
  }

  close(): Promise<void> {
    this.#closing ??= this.of.leave(this);
    return this.#closing;
  }

  lane(partition: Partition): Lane {
    return new Lane(partition, this, this.host.clock, this.host.watch);
  }

  handle(batch: Batch): Promise<void> {
    return this.subscription.handle(batch);
  }

  async begin({ topic, number, first, end }: Partition): Promise<number> {
    const own = await this.subscription.assigned?.(topic, number);
    if (own !== undefined) return own;
    const committed = this.host.positions.position(this.group, topic, number) ?? first;
    if (committed >= first && committed <= end) return committed;
    this.host.watch.meter.count('tripline_log_offset_jumps_total', { topic });
    this.host.watch.logger.error('log.offset_jump', { topic, partition: number, group: this.group, committed, first, end });
    return first;
  }

  commit({ topic, number }: Partition, next: number): Promise<void> {
    return this.host.positions.commit(this.group, topic, number, next);
  }

  halted(error: unknown, { topic, number }: Partition): void {
    this.host.watch.logger.error('log.halted', { topic, partition: number, group: this.group, error: String(error) });
    this.subscription.halted?.(error, topic, number);
  }

  async ended({ topic, number }: Partition): Promise<void> {
    try {
      await this.subscription.revoked?.(topic, number);
    } catch (error) {
      this.host.watch.logger.error('log.revoked_failed', { topic, partition: number, group: this.group, error: String(error) });
    }
  }
}
