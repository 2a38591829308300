import type { SharedPartition } from './shared-partition.js';

/** A member is given up that was not heard of for this long, or that keeps for this long what it is to give away. */
export const SESSION_MS = 6_000;
export const HANDOVER_MS = 12_000;

type Member = {
  readonly id: number;
  readonly partitions: ReadonlySet<SharedPartition>;
  readonly address: string | undefined;
  heard: number;
};
type Claim = { readonly member: number; askedAt: number | undefined };

/**
 * Shares the partitions of one group among its members.
 * G1. A partition has one owner: it is given on when the old one let go of it, or is given up.
 * G2. An owner that was given up does not know it yet: it may still be at work, but commits nothing more.
 */
export class Coordinator {
  readonly committed = new Map<SharedPartition, number>();
  /** Every commit, and when. */
  readonly #commits: { readonly partition: SharedPartition; readonly next: number; readonly at: number }[] = [];
  readonly #members = new Map<number, Member>();
  readonly #claims = new Map<SharedPartition, Claim>();
  #ids = 0;
  /** Turned on by one, everything moves. */
  turn = 0;

  join(partitions: ReadonlySet<SharedPartition>, now: number, address?: string): number {
    const id = ++this.#ids;
    this.#members.set(id, { id, partitions, address, heard: now });
    return id;
  }

  leave(id: number): void {
    this.#members.delete(id);
    for (const [partition, claim] of this.#claims) if (claim.member === id) this.#claims.delete(partition);
  }

  /** Where its owner is reached; undefined where it has none, or one that did not say. */
  addressOf(partition: SharedPartition): string | undefined {
    return this.#members.get(this.#claims.get(partition)?.member ?? 0)?.address;
  }

  /** What is the member's from now on; undefined for one that was given up. */
  heartbeat(id: number, now: number): ReadonlySet<SharedPartition> | undefined {
    this.#giveUp(now);
    const member = this.#members.get(id);
    if (member === undefined) return undefined;
    member.heard = now;
    const mine = new Set<SharedPartition>();
    for (const partition of member.partitions) if (this.#claim(partition, id, now)) mine.add(partition);
    return mine;
  }

  release(id: number, partition: SharedPartition): void {
    if (this.#claims.get(partition)?.member === id) this.#claims.delete(partition);
  }

  /** False: the member was given up, or the partition is another's. */
  commit(id: number, partition: SharedPartition, next: number, now: number): boolean {
    if (this.#claims.get(partition)?.member !== id) return false;
    this.committed.set(partition, next);
    this.#commits.push({ partition, next, at: now });
    return true;
  }

  /** When the group first said that it has handled a record; `Infinity`: it never did. */
  handledAt(partition: SharedPartition, offset: number): number {
    return this.#commits.find((commit) => commit.partition === partition && commit.next > offset)?.at ?? Infinity;
  }

  #claim(partition: SharedPartition, id: number, now: number): boolean {
    const claim = this.#claims.get(partition);
    const wanted = this.#wanted(partition);
    if (claim === undefined) {
      if (wanted === id) this.#claims.set(partition, { member: id, askedAt: undefined });
      return wanted === id;
    }
    if (claim.member !== wanted) claim.askedAt ??= now;
    else claim.askedAt = undefined;
    return claim.member === id && wanted === id;
  }

  #wanted(partition: SharedPartition): number | undefined {
    const able = [...this.#members.values()].filter(({ partitions }) => partitions.has(partition));
    return able[(partition.number + this.turn) % Math.max(1, able.length)]?.id;
  }

  #giveUp(now: number): void {
    for (const { id, heard } of this.#members.values()) if (now - heard > SESSION_MS) this.leave(id);
    for (const { member, askedAt } of this.#claims.values())
      if (askedAt !== undefined && now - askedAt > HANDOVER_MS) this.leave(member);
  }
}
