import { OperatingError } from '@tripline/kernel';
import type { Appended, Entry } from '@tripline/ports';
import type { SharedLog } from './shared-log.js';
import type { SharedPartition } from './shared-partition.js';
import type { Wire } from './wire.js';

type Placed = { readonly partition: SharedPartition; readonly entries: Entry[]; readonly indexes: number[] };

/**
 * Brings entries to their partitions, each partition's share for itself.
 * A1. Entries of one partition land in the order of the calls.
 * A2. Acknowledged: all have landed. Rejected: each share may or may not have.
 * A3. What was sent before its process was killed may land after it.
 */
export class Sender {
  readonly #landsAfter = new Map<SharedPartition, number>();

  constructor(
    private readonly shared: SharedLog,
    private readonly wire: Wire,
  ) {}

  async append(entries: readonly Entry[]): Promise<readonly Appended[]> {
    const places: Appended[] = [];
    const shares = this.#shares(entries);
    if (shares.length === 0) return places;
    const landed = await Promise.all(shares.map((share) => this.#land(share, places)));
    const { ackLost } = this.wire.weather;
    const lost = landed.includes(false) || this.wire.life.world.chance.happens(ackLost);
    await this.wire.back(lost ? 'is told that an append failed' : 'append acknowledged');
    if (lost) throw new OperatingError('log-write', 'later', 'an append was not acknowledged');
    return places;
  }

  #shares(entries: readonly Entry[]): readonly Placed[] {
    const shares = new Map<SharedPartition, Placed>();
    entries.forEach((entry, index) => {
      const partition = this.shared.place(entry);
      const share = shares.get(partition) ?? { partition, entries: [], indexes: [] };
      shares.set(partition, share);
      share.entries.push({ ...entry, value: entry.value.slice() });
      share.indexes.push(index);
    });
    return [...shares.values()];
  }

  /** False: it did not land. */
  #land({ partition, entries, indexes }: Placed, places: Appended[]): Promise<boolean> {
    const { life, weather } = this.wire;
    const { world } = life;
    const at = Math.max(world.exactly() + this.wire.way(), this.#landsAfter.get(partition) ?? 0);
    this.#landsAfter.set(partition, at);
    return new Promise((resolve) =>
      world.at(at, `${life.name} appends ${entries.length} to ${partition.topic}/${partition.number}`, () => {
        const fails = world.chance.happens(life.dead ? 0.5 : weather.appendFails);
        if (!fails) this.#write(partition, entries, indexes, places);
        resolve(!fails);
      }),
    );
  }

  #write(partition: SharedPartition, entries: readonly Entry[], indexes: readonly number[], places: Appended[]): void {
    const { topic, number } = partition;
    const records = partition.append(entries, this.wire.life.world.now());
    records.forEach(({ offset, appended: at }, i) => (places[indexes[i] as number] = { topic, partition: number, offset, at }));
  }
}
