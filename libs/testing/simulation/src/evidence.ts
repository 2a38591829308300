import { decodeUtf8, encodeUtf8, parseJson, partitionOf, type Instant } from '@tripline/kernel';
import { parseActionOrRecall, parseTaskInput, TOPICS, type Action, type Event } from '@tripline/model';
import type { Deed } from './people.js';
import type { SharedLog } from './shared-log.js';

/** A deed as the log of record has it, in one copy or several: which of them counts hangs on what was due when they came. */
export type Witnessed = {
  readonly deed: Deed;
  /** Event time of the first copy, and its place. */
  readonly at: Instant;
  readonly offset: number;
  /** Copies differ in when it happened: it was received at different times, and each time said to be still to come. */
  readonly isVague: boolean;
  /** The earliest and the latest receipt that copies claim. */
  readonly claimed: Instant;
  readonly received: Instant;
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
  const all = copies.map((copy) => copy.event.received);
  const [claimed, received] = [Math.min(...all) as Instant, Math.max(...all) as Instant];
  const isVague = copies.some((copy) => copy.event.timestamp !== event.timestamp);
  return { deed, at: event.timestamp, offset, isVague, claimed, received, known: Math.max(arrived, received) as Instant };
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
      const event = parsed.value;
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

/** The log of record, for people to read. */
export function describeLog(shared: SharedLog, begin: number): string {
  const lines = shared.topic(TOPICS.events).flatMap(({ number, records, landed }) =>
    records.map(({ value, offset, appended }, i) => {
      const at = `${(landed[i] ?? 0) - begin}: ${number}/${offset}, appended ${appended - begin}`;
      return { landed: landed[i] ?? 0, line: `${at}, ${decodeUtf8(value).slice(0, RECORD_CHARACTERS)}` };
    }),
  );
  return lines.sort((x, y) => x.landed - y.landed).map(({ line }) => line).join('\n'); // prettier-ignore
}

const RECORD_CHARACTERS = 160;

/** For people to read, in milliseconds since the beginning. */
export function describe({ witnessed, firings }: Evidence, begin: number): string {
  const seen = witnessed.map(({ deed, at, received, offset, claimed, known }) => {
    const what = `${deed.id} ${deed.name} ${deed.key} by ${deed.person} ${deed.device ?? ''} ${deed.way}`;
    return {
      at,
      line: `${what}: at ${at - begin}, received ${received - begin}, claimed ${claimed - begin}, known ${known - begin}, offset ${offset}`,
    };
  });
  const fired = firings.map(({ action: a, landed }) => ({
    at: a.decided,
    line: `  ${a.trigger} ${keyOf(a.data['k'])} of ${a.person}: decided ${a.decided - begin}, landed ${landed - begin} ${a.id}`,
  }));
  return [...seen, ...fired].sort((x, y) => x.at - y.at).map(({ line }) => line).join('\n'); // prettier-ignore
}

/** Of an action, what cart it is about. */
export const keyOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
