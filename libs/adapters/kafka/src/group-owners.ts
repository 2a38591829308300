import kafkajs, { type Admin, type GroupDescription, type MemberDescription } from 'kafkajs';
import { parseClaim } from './sticky-assigner.js';

/** States of a group in which nobody joins or leaves. */
const SETTLED: readonly GroupDescription['state'][] = ['Stable', 'Empty', 'Dead'];

/** By partition the address of the member that has it; undefined while the group is being shared anew. One question to the group's coordinator. */
export async function findOwners(admin: Admin, group: string, topic: string): Promise<ReadonlyMap<number, string> | undefined> {
  const { groups } = await admin.describeGroups([group]);
  const [found] = groups;
  if (found === undefined || !SETTLED.includes(found.state)) return undefined;
  return new Map(found.members.flatMap((member) => addressesOf(member, topic)));
}

function addressesOf({ memberId, memberMetadata, memberAssignment }: MemberDescription, topic: string): [number, string][] {
  const { address } = parseClaim(memberId, memberMetadata);
  const { assignment = {} } = kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment) ?? {};
  return address === undefined ? [] : (assignment[topic] ?? []).map((partition) => [partition, address]);
}
