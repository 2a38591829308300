import { milliseconds } from '@tripline/kernel';
import { Stop, type Batch, type Clock, type Reading, type Subscription } from '@tripline/ports';
import type { Coordinator } from './coordinator.js';
import { Lane, type LaneOwner } from './lane.js';
import type { SharedPartition } from './shared-partition.js';
import type { Wire } from './wire.js';

const HEARTBEAT_MS = 700;
/** With a new assignment a reader may begin a partition anew that stays with it: as one that joined again. */
const BEGINS_ANEW = 0.3;

/**
 * One subscription at work: what a process believes of its membership.
 * M1. A lane runs while the partition is believed to be ours; it is given back only when its lane has ended.
 * M2. Who was given up learns it by the next heartbeat or commit; until then all goes on as if nothing had happened. Then all lanes end before
 *     it joins again.
 */
export class Member implements Reading, LaneOwner {
  readonly #lanes = new Map<SharedPartition, Lane>();
  readonly #ending = new Map<SharedPartition, Promise<void>>();
  /** Ours, and about to be begun anew. */
  readonly #between = new Set<SharedPartition>();
  readonly #stop = new Stop();
  readonly #living: Promise<void>;
  #id: number | undefined;
  #mine = 0;

  constructor(
    private readonly partitions: ReadonlySet<SharedPartition>,
    private readonly subscription: Subscription,
    private readonly coordinator: Coordinator,
    private readonly wire: Wire,
    private readonly clock: Clock,
  ) {
    this.#living = this.#live();
  }

  async close(): Promise<void> {
    this.#stop.stop();
    await this.#living;
  }

  handle(batch: Batch): Promise<void> {
    return this.subscription.handle(batch);
  }

  async begin(partition: SharedPartition): Promise<number> {
    const own = await this.subscription.assigned?.(partition.topic, partition.number);
    if (own !== undefined) return own;
    return this.wire.ask('its position', () => this.coordinator.committed.get(partition) ?? 0);
  }

  /** Tried again while it is ours; one that is refused says that we were given up. */
  async commit(partition: SharedPartition, next: number): Promise<void> {
    const id = this.#id;
    if (id === undefined) return;
    const what = `commits ${partition.topic}/${partition.number} ${next}`;
    const ask = (): Promise<boolean> =>
      this.wire.ask(what, () => this.coordinator.commit(id, partition, next, this.wire.life.world.exactly()));
    for (let done: boolean | undefined; ;) {
      done = await ask().catch(() => undefined);
      if (done === false && this.#id === id) this.#id = undefined;
      if (done !== undefined || this.#id !== id || !this.#lanes.has(partition)) return;
    }
  }

  halted(error: unknown, { topic, number }: SharedPartition): void {
    this.subscription.halted?.(error, topic, number);
  }

  async ended({ topic, number }: SharedPartition): Promise<void> {
    await this.subscription.revoked?.(topic, number).catch(() => undefined);
  }

  async #live(): Promise<void> {
    while (!this.#stop.stopped) {
      await this.#beat().catch(() => undefined);
      await this.clock.sleep(milliseconds(this.wire.life.world.chance.between(1, HEARTBEAT_MS)), this.#stop);
    }
    await this.#endAll();
    const id = this.#id;
    if (id !== undefined) await this.wire.ask('leaves', () => this.coordinator.leave(id), 0);
  }

  async #beat(): Promise<void> {
    const { coordinator, partitions, wire } = this;
    const { world } = wire.life;
    if (this.#id === undefined) await this.#endAll();
    const id = (this.#id ??= await wire.ask('joins', () =>
      coordinator.join(partitions, world.exactly(), this.subscription.address),
    ));
    const mine = await wire.ask('heartbeat', () => coordinator.heartbeat(id, world.exactly()));
    if (mine !== undefined && this.#id === id) return this.#settle(mine, id);
    this.#id = undefined;
    await this.#endAll();
  }

  #settle(mine: ReadonlySet<SharedPartition>, id: number): void {
    for (const partition of [...this.#lanes.keys(), ...this.#between]) if (!mine.has(partition)) this.#giveBack(partition, id);
    if (this.#stop.stopped) return;
    if (mine.size !== this.#mine) this.#shake(mine);
    this.#mine = mine.size;
    for (const partition of mine)
      if (!this.#lanes.has(partition) && !this.#ending.has(partition)) this.#lanes.set(partition, this.#lane(partition));
  }

  #shake(mine: ReadonlySet<SharedPartition>): void {
    for (const partition of mine)
      if (this.#lanes.has(partition) && this.wire.life.world.chance.happens(BEGINS_ANEW)) void this.#end(partition, true);
  }

  #giveBack(partition: SharedPartition, id: number): void {
    const release = (): Promise<void> => this.wire.ask('lets go', () => this.coordinator.release(id, partition), 0);
    void this.#end(partition, false).then(release);
  }

  #end(partition: SharedPartition, goesOn: boolean): Promise<void> {
    const lane = this.#lanes.get(partition);
    const waits = this.#between.delete(partition);
    const before = this.#ending.get(partition) ?? Promise.resolve();
    if (lane === undefined && !waits) return before;
    this.#lanes.delete(partition);
    if (goesOn) this.#between.add(partition);
    const end = lane === undefined ? before.then(() => this.ended(partition)) : lane.end(goesOn);
    const ending = end.then(() => void this.#ending.delete(partition));
    this.#ending.set(partition, ending);
    return ending;
  }

  async #endAll(): Promise<void> {
    for (const partition of [...this.#lanes.keys(), ...this.#between]) void this.#end(partition, false);
    await Promise.all(this.#ending.values());
  }

  #lane(partition: SharedPartition): Lane {
    this.#between.delete(partition);
    return new Lane(partition, this, this.wire, this.clock);
  }
}
