import { decodeUtf8, encodeUtf8, parseJson, partitionOf, type Instant } from '@tripline/kernel';
import { parseActionOrRecall, parseTaskInput, TOPICS, type Action, type Event } from '@tripline/model';
import type { Deed } from './people.js';
import type { SharedLog } from './shared-log.js';

/** A deed as the log of record has it: the copy that comes first in its person's partition counts. */
export type Witnessed = {
  readonly deed: Deed;
  /** Event time and receipt of the copy that counts, and its place. */
  readonly at: Instant;
  readonly received: Instant;
  readonly offset: number;
  /** The earliest receipt any copy claims. */
  readonly claimed: Instant;
  /** From when on it must not be overlooked: somebody was told that it has arrived, and its own receipt is not later. */
  readonly known: Instant;
};

/** A message that was asked for; `landed` in true time, `copies` of it in the log. */
export type Firing = { readonly action: Action; readonly landed: Instant; copies: number };

export type Evidence = {
  readonly witnessed: readonly Witnessed[];
  /** Acknowledged, and not in the log of record. */
  readonly lost: readonly Deed[];
  readonly firings: readonly Firing[];
};

/** The whole history, from the logs alone and from what producers were told. */
export function gather(shared: SharedLog, deeds: readonly Deed[], acknowledged: ReadonlyMap<string, Instant>): Evidence {
  const arrived = arrivals(shared, acknowledged);
  const copies = copiesOf(shared);
  const witnessed: Witnessed[] = [];
  const lost: Deed[] = [];
  for (const deed of deeds) {
    const mine = copies.get(`${deed.person} ${deed.id}`) ?? [];
    const first = mine[0];
    if (first !== undefined) witnessed.push(witness(deed, first, mine, arrived.get(deed.id)));
    else if (arrived.has(deed.id)) lost.push(deed);
  }
  return { witnessed, lost, firings: firingsOf(shared) };
}

type Copy = { readonly event: Event; readonly offset: number };

function witness(deed: Deed, { event, offset }: Copy, copies: readonly Copy[], arrived = Infinity): Witnessed {
  const claimed = Math.min(...copies.map((copy) => copy.event.received)) as Instant;
  const known = Math.max(arrived, event.received) as Instant;
  return { deed, at: event.timestamp, received: event.received, offset, claimed, known };
}

/** By message id, when a producer was answered, or the record lay in `tripline.ingest`. */
function arrivals(shared: SharedLog, acknowledged: ReadonlyMap<string, Instant>): ReadonlyMap<string, Instant> {
  const found = new Map(acknowledged);
  for (const { records, landed } of shared.topic(TOPICS.ingest))
    records.forEach(({ value }, i) => {
      const { messageId } = parseJson(decodeUtf8(value)) as { readonly messageId: string };
      found.set(messageId, Math.min(found.get(messageId) ?? Infinity, landed[i] ?? Infinity) as Instant);
    });
  return found;
}

function copiesOf(shared: SharedLog): ReadonlyMap<string, readonly Copy[]> {
  const found = new Map<string, Copy[]>();
  const partitions = shared.topic(TOPICS.events);
  for (const { number, records } of partitions)
    for (const { value, offset } of records) {
      const parsed = parseTaskInput(value);
      if (!parsed.ok || parsed.value.kind !== 'event') continue;
      const { kind: _, ...event } = parsed.value;
      if (partitionOf(encodeUtf8(event.person), partitions.length) !== number) continue;
      const id = `${event.person} ${event.id}`;
      found.set(id, [...(found.get(id) ?? []), { event, offset }]);
    }
  return found;
}

function firingsOf(shared: SharedLog): readonly Firing[] {
  const found = new Map<string, Firing>();
  for (const { records, landed } of shared.topic(TOPICS.actions))
    records.forEach(({ value }, i) => {
      const parsed = parseActionOrRecall(parseJson(decodeUtf8(value)));
      if (!parsed.ok || parsed.value.kind !== 'action') return;
      const known = found.get(parsed.value.id);
      if (known !== undefined) known.copies++;
      else found.set(parsed.value.id, { action: parsed.value, landed: landed[i] as Instant, copies: 1 });
    });
  return [...found.values()];
}
