import type { Partition } from './partition.js';
import type { Lane } from './lane.js';

/** One reader of a group, as the group sees it. */
export type Member = {
  readonly address?: string | undefined;
  readonly partitions: ReadonlySet<Partition>;
  lane(partition: Partition): Lane;
};
type Holding = { readonly member: Member; readonly lane: Lane };

/**
 * The members of a group in this process, and who has which partition.
 * I1. A partition has at most one lane: it is given on only when the old owner has ended.
 * I2. Changes come one after the other; each moves as few partitions as an even share allows.
 */
export class Group {
  readonly #members: Member[] = [];
  readonly #holdings = new Map<Partition, Holding>();
  #changing: Promise<void> = Promise.resolve();
  #changes = 0;

  get empty(): boolean {
    return this.#members.length === 0;
  }

  /** By partition the address of who has it; undefined while it is being shared anew. */
  owners(partitions: readonly Partition[]): ReadonlyMap<number, string> | undefined {
    if (this.#changes > 0) return undefined;
    const found = partitions.map((partition) => [partition.number, this.#holdings.get(partition)?.member.address] as const);
    return new Map(found.filter((pair): pair is readonly [number, string] => pair[1] !== undefined));
  }

  join(member: Member): Promise<void> {
    return this.#change(() => this.#members.push(member));
  }

  leave(member: Member): Promise<void> {
    return this.#change(() => this.#members.splice(this.#members.indexOf(member), 1));
  }

  #change(membership: () => unknown): Promise<void> {
    this.#changes++;
    this.#changing = this.#changing.then(async () => {
      membership();
      await this.#share();
      this.#changes--;
    });
    return this.#changing;
  }

  async #share(): Promise<void> {
    const wanted = share(this.#members, new Map([...this.#holdings].map(([partition, { member }]) => [partition, member])));
    const moved = [...this.#holdings].filter(([partition, { member }]) => wanted.get(partition) !== member);
    await Promise.all(moved.map(([partition, { lane }]) => lane.end().then(() => this.#holdings.delete(partition))));
    for (const [partition, member] of wanted)
      if (!this.#holdings.has(partition)) this.#holdings.set(partition, { member, lane: member.lane(partition) });
  }
}

/** An even share by topic that leaves every partition where it is, as long as its holder is not over its share. */
export function share(members: readonly Member[], held: ReadonlyMap<Partition, Member>): Map<Partition, Member> {
  const wanted = new Map<Partition, Member>();
  const partitions = [...new Set(members.flatMap((member) => [...member.partitions]))];
  for (const topic of new Set(partitions.map((partition) => partition.topic)))
    shareTopic(
      partitions.filter((partition) => partition.topic === topic),
      members,
      held,
      wanted,
    );
  return wanted;
}

function shareTopic(
  partitions: readonly Partition[],
  members: readonly Member[],
  held: ReadonlyMap<Partition, Member>,
  wanted: Map<Partition, Member>,
): void {
  const room = makeRoom(partitions, members, held);
  const give = (partition: Partition, member: Member): void => {
    wanted.set(partition, member);
    room.set(member, (room.get(member) ?? 0) - 1);
  };
  for (const partition of partitions) {
    const holder = held.get(partition);
    if (holder !== undefined && (room.get(holder) ?? 0) > 0) give(partition, holder);
  }
  for (const partition of partitions) {
    if (wanted.has(partition)) continue;
    const free = [...room].find(([, left]) => left > 0);
    if (free !== undefined) give(partition, free[0]);
  }
}

/** How many partitions each member that reads the topic is to have: no two differ by more than one, those that hold most have the one more. */
function makeRoom(
  partitions: readonly Partition[],
  members: readonly Member[],
  held: ReadonlyMap<Partition, Member>,
): Map<Member, number> {
  const holds = (member: Member): number => partitions.filter((partition) => held.get(partition) === member).length;
  const able = members.filter((member) => partitions.some((partition) => member.partitions.has(partition)));
  able.sort((a, b) => holds(b) - holds(a));
  const least = Math.floor(partitions.length / able.length);
  return new Map(able.map((member, i) => [member, least + (i < partitions.length % able.length ? 1 : 0)]));
}
