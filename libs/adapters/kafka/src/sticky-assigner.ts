import { encodeUtf8, isJsonObject, murmur2, parseJson } from '@tripline/kernel';
import kafkajs, { type PartitionAssigner } from 'kafkajs';

/** What a member says of itself when it joins: a name that outlives restarts, what it holds now, as `topic/partition`, and where it is reached. */
export type Claim = {
  readonly member: string;
  readonly instance: string;
  readonly held: readonly string[];
  readonly address?: string;
};

const VERSION = 1;
const NAME = 'tripline-sticky';

/** An assigner for a member that is called `instance`, is reached at `address`, and holds what `held` answers at the time of joining. */
export const makeAssigner =
  (instance: string, held: () => readonly string[], address?: string): PartitionAssigner =>
  ({ cluster }) => ({
    name: NAME,
    version: VERSION,
    protocol({ topics }) {
      const userData = Buffer.from(JSON.stringify({ instance, held: held(), address }));
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
 * Shares the partitions of each topic evenly (no member has two more than another). The names of the members alone give an ideal share;
 * a member keeps what it holds as far as its number allows, its ideal ones longest, and what is free goes to whom the ideal gives it:
 * so little moves, and a restarted instance gets its own back.
 */
export function assign(claims: readonly Claim[], partitions: readonly string[]): Map<string, string[]> {
  const shares = new Map(claims.map(({ member }) => [member, [] as string[]]));
  for (const topic of new Set(partitions.map(topicOf))) {
    const ofTopic = partitions.filter((partition) => topicOf(partition) === topic);
    const nobody = claims.map((claim) => ({ ...claim, held: [] }));
    const ideal = shareTopic(nobody, ofTopic, new Map());
    for (const [partition, member] of shareTopic(claims, ofTopic, ideal)) shares.get(member)?.push(partition);
  }
  return shares;
}

function shareTopic(
  claims: readonly Claim[],
  partitions: readonly string[],
  ideal: ReadonlyMap<string, string>,
): Map<string, string> {
  const given = new Map<string, string>();
  const holders = claims.map((claim) => ({ claim, keeps: keptBy(claim, partitions, ideal) }));
  holders.sort((a, b) => b.keeps.length - a.keeps.length || (a.claim.instance < b.claim.instance ? -1 : 1));
  const least = Math.floor(partitions.length / claims.length);
  const room = new Map(holders.map(({ claim }, i) => [claim, least + (i < partitions.length % claims.length ? 1 : 0)]));
  const give = (partition: string, claim: Claim): void => {
    given.set(partition, claim.member);
    room.set(claim, (room.get(claim) ?? 0) - 1);
  };
  for (const { claim, keeps } of holders)
    for (const partition of keeps) if (!given.has(partition) && (room.get(claim) ?? 0) > 0) give(partition, claim);
  for (const partition of partitions) {
    if (given.has(partition)) continue;
    const best = bestFor(partition, claims.filter((claim) => (room.get(claim) ?? 0) > 0), ideal); // prettier-ignore
    if (best !== undefined) give(partition, best);
  }
  return given;
}

/** What the member holds of these, in the order in which it should keep them. */
function keptBy(claim: Claim, partitions: readonly string[], ideal: ReadonlyMap<string, string>): string[] {
  const held = new Set(claim.held);
  const mine = (partition: string): number => (ideal.get(partition) === claim.member ? 1 : 0);
  return partitions.filter((p) => held.has(p)).sort((a, b) => mine(b) - mine(a) || rank(claim, b) - rank(claim, a));
}

const bestFor = (partition: string, free: readonly Claim[], ideal: ReadonlyMap<string, string>): Claim | undefined =>
  free.find(({ member }) => ideal.get(partition) === member) ??
  [...free].sort((a, b) => rank(b, partition) - rank(a, partition))[0];

const rank = ({ instance }: Claim, partition: string): number => murmur2(encodeUtf8(`${instance}|${partition}`));
const topicOf = (partition: string): string => partition.slice(0, partition.lastIndexOf('/'));

function toAssignment(partitions: readonly string[]): Record<string, number[]> {
  const assignment: Record<string, number[]> = {};
  for (const partition of partitions)
    (assignment[topicOf(partition)] ??= []).push(Number(partition.slice(topicOf(partition).length + 1)));
  return assignment;
}

/** A member of another build, or of another client, claims nothing and is called by its member id. */
export function parseClaim(member: string, metadata: Buffer): Claim {
  const userData = kafkajs.AssignerProtocol.MemberMetadata.decode(metadata)?.userData;
  const claim = userData === undefined ? undefined : parseJson(userData.toString());
  const instance = isJsonObject(claim) && typeof claim['instance'] === 'string' ? claim['instance'] : member;
  const held = isJsonObject(claim) && Array.isArray(claim['held']) ? (claim['held'] as unknown[]) : [];
  const address = isJsonObject(claim) && typeof claim['address'] === 'string' ? { address: claim['address'] } : {};
  return { member, instance, held: held.filter((p): p is string => typeof p === 'string'), ...address };
}
