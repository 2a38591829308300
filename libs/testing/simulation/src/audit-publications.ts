import { encodeUtf8, partitionOf, type Instant } from '@tripline/kernel';
import { parseTaskInput, TOPICS } from '@tripline/model';
import type { Evidence, Firing, Witnessed } from './evidence.js';
import type { SharedPartition } from './shared-partition.js';
import type { Site } from './site.js';
import { SEASON } from './triggers.js';

/** What is in force of the trigger from a record on. `since` is of its version, by the log's clock: what happened before is not its own. */
type InForce = { readonly from: number; readonly version: number; readonly open: boolean; readonly live: boolean; readonly landed: Instant; readonly since: Instant }; // prettier-ignore

const NOTHING: InForce = { from: 0, version: 0, open: false, live: false, landed: 0 as Instant, since: 0 as Instant };

/**
 * Says what is wrong with a trigger that is published, withdrawn and paused meanwhile.
 * P1. In the end every partition has in force what the catalogue says.
 * P2. What fires began while its version was in force and let people in: at its place of the partition's order, or behind it, for an event may wait there.
 * P3. What happened and came while the last version was in force, and is of a user and no doubt, fires.
 */
export async function auditPublications({ shared, database }: Site, evidence: Evidence): Promise<readonly string[]> {
  const partitions = shared.topic(TOPICS.events).map(inForce);
  const { catalogue, switches } = database.direct;
  const head = await catalogue.show('trigger', SEASON);
  const isClosed = (await switches.all()).some(({ scope, entries }) => scope === SEASON && entries === 'closed');
  const wanted = describe(head === undefined ? NOTHING : { version: head.version, live: !head.withdrawn, open: !isClosed });
  const found = partitions.map((all) => describe(all.at(-1) ?? NOTHING));
  const firings = evidence.firings.filter(({ action }) => action.trigger === SEASON);
  const of = (person: string): readonly InForce[] => partitions[partitionOf(encodeUtf8(person), partitions.length)] ?? [];
  return [
    ...found.flatMap((each, i) => (each === wanted ? [] : [`P1: partition ${i} has ${each}, the catalogue ${wanted}`])),
    ...firings.flatMap((firing) => unfounded(firing, evidence.witnessed, of(firing.action.person))),
    ...evidence.witnessed.flatMap((cart) => missing(cart, firings, of(cart.deed.person))),
  ];
}

const describe = ({ version, live, open }: Pick<InForce, 'version' | 'live' | 'open'>): string =>
  live ? `version ${version}${open ? '' : ', closed'}` : 'nothing';

/** A record whose revision is not newer changes nothing. */
function inForce({ records, landed }: SharedPartition): readonly InForce[] {
  let revision = 0;
  let now = NOTHING;
  return records.flatMap(({ value, offset: from, appended: since }, i) => {
    const at = landed[i] ?? since;
    const parsed = parseTaskInput(value);
    if (!parsed.ok || parsed.value.kind !== 'control' || parsed.value.name !== SEASON || parsed.value.revision <= revision) return []; // prettier-ignore
    const { change } = parsed.value;
    revision = parsed.value.revision;
    if (change.type === 'publish')
      now = { from, version: change.version, live: true, open: now.open || !now.live, landed: at, since }; // prettier-ignore
    else if (change.type === 'withdraw') now = { ...now, from, landed: at, live: false };
    else now = { ...now, from, landed: at, open: change.type === 'resume' };
    return [now];
  });
}

function unfounded({ action, landed }: Firing, witnessed: readonly Witnessed[], all: readonly InForce[]): readonly string[] {
  const cart = witnessed.find(({ deed }) => deed.id === action.events?.['cart']);
  if (cart === undefined) return [`P2: ${action.id} rests on nothing`];
  if (cart.deed.person !== action.person) return [];
  const met = all.filter((each, i) => each.landed <= landed && (all[i + 1]?.from ?? Infinity) > cart.offset);
  const isFounded = met.some(({ version, live, open }) => live && open && version === action.version);
  return isFounded ? [] : [`P2: version ${action.version} fired for ${cart.deed.id}, which never met it`];
}

function missing(cart: Witnessed, firings: readonly Firing[], all: readonly InForce[]): readonly string[] {
  const { deed, offset, isVague, claimed } = cart;
  const { from, version, live, open, since } = all.at(-1) ?? NOTHING;
  const isSure = live && open && from < offset && deed.name === 'a' && deed.person.startsWith('u:') && !isVague && cart.at <= claimed; // prettier-ignore
  if (!isSure || cart.at < since) return [];
  const fired = firings.filter(({ action }) => action.events?.['cart'] === deed.id);
  return fired.length === 1 ? [] : [`P3: ${deed.id} met version ${version}, and ${fired.length} fired`];
}
