import { encodeUtf8, isJsonObject, murmur2, parseJson } from '@tripline/kernel';
import kafkajs, { type PartitionAssigner } from 'kafkajs';

/** What a member says of itself when it joins: a name that outlives restarts, and what it holds now, as `topic/partition`. */
export type Claim = { readonly member: string; readonly instance: string; readonly held: readonly string[] };

const VERSION = 1;
const NAME = 'tripline-sticky';

/** An assigner for a member that is called `instance` and holds what `held` answers at the time of joining. */
export const makeAssigner =
  (instance: string, held: () => readonly string[]): PartitionAssigner =>
  ({ cluster }) => ({
    name: NAME,
    version: VERSION,
    protocol({ topics }) {
      const userData = Buffer.from(JSON.stringify({ instance, held: held() }));
      return { name: NAME, metadata: kafkajs.AssignerProtocol.MemberMetadata.encode({ version: VERSION, topics, userData }) };
    },
    assign({ members, topics }) {
      const partitions = topics.flatMap((topic) =>
        cluster.findTopicPartitionMetadata(topic).map((p) => `${topic}/${p.partitionId}`),
      );
      const claims = members.map(({ memberId, memberMetadata }) => parseClaim(memberId, memberMetadata));
      const shares = assign(claims, partitions);
      const encode = (member: string): Buffer =>
        kafkajs.AssignerProtocol.MemberAssignment.encode({ version: VERSION, assignment: toAssignment(shares.get(member) ?? []), userData: Buffer.alloc(0) }); // prettier-ignore
      return Promise.resolve(members.map(({ memberId }) => ({ memberId, memberAssignment: encode(memberId) })));
    },
  });

/**
 * Shares the partitions of each topic evenly (no member has two more than another). A member keeps what it holds as far as its share
 * allows; what is free goes to those who rank highest for it by name, so that a restarted instance gets its own back.
 */
export function assign(claims: readonly Claim[], partitions: readonly string[]): Map<string, string[]> {
  const shares = new Map(claims.map(({ member }) => [member, [] as string[]]));
  for (const topic of new Set(partitions.map(topicOf)))
    for (const [partition, member] of assignTopic(claims, partitions.filter((p) => topicOf(p) === topic))) shares.get(member)?.push(partition); // prettier-ignore
  return shares;
}

function assignTopic(claims: readonly Claim[], partitions: readonly string[]): Map<string, string> {
  const given = new Map<string, string>();
  const holders = claims.map((claim) => ({ claim, held: held(claim, partitions) }));
  holders.sort((a, b) => b.held.length - a.held.length || (a.claim.instance < b.claim.instance ? -1 : 1));
  const least = Math.floor(partitions.length / claims.length);
  const over = partitions.length % claims.length;
  const room = new Map(holders.map(({ claim }, i) => [claim, least + (i < over ? 1 : 0)]));
  const give = (partition: string, claim: Claim): void => {
    given.set(partition, claim.member);
    room.set(claim, (room.get(claim) ?? 0) - 1);
  };
  for (const { claim, held } of holders)
    for (const partition of held) if (!given.has(partition) && (room.get(claim) ?? 0) > 0) give(partition, claim);
  for (const partition of partitions) {
    if (given.has(partition)) continue;
    const free = claims.filter((claim) => (room.get(claim) ?? 0) > 0);
    const best = [...free].sort((a, b) => rank(b, partition) - rank(a, partition))[0];
    if (best !== undefined) give(partition, best);
  }
  return given;
}

/** What the member holds of these, those first for which it ranks highest: they are kept longest. */
const held = (claim: Claim, partitions: readonly string[]): string[] =>
  partitions.filter((p) => claim.held.includes(p)).sort((a, b) => rank(claim, b) - rank(claim, a));

const rank = ({ instance }: Claim, partition: string): number => murmur2(encodeUtf8(`${instance}|${partition}`));
const topicOf = (partition: string): string => partition.slice(0, partition.lastIndexOf('/'));

function toAssignment(partitions: readonly string[]): Record<string, number[]> {
  const assignment: Record<string, number[]> = {};
  for (const partition of partitions)
    (assignment[topicOf(partition)] ??= []).push(Number(partition.slice(topicOf(partition).length + 1)));
  return assignment;
}

/** A member of another build, or of another client, claims nothing and is called by its member id. */
function parseClaim(member: string, metadata: Buffer): Claim {
  const userData = kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.userData;
  const claim = userData === undefined ? undefined : parseJson(userData.toString());
  const instance = isJsonObject(claim) && typeof claim['instance'] === 'string' ? claim['instance'] : member;
  const held = isJsonObject(claim) && Array.isArray(claim['held']) ? (claim['held'] as unknown[]) : [];
  return { member, instance, held: held.filter((p): p is string => typeof p === 'string') };
}
