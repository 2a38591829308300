import { decodeUtf8, parseJson, type Instant, type JsonObject } from '@tripline/kernel';
import { parseActionOrRecall, TOPICS } from '@tripline/model';
import type { Appended, Batch, Clock, Entry, EventLog, StateStore } from '@tripline/ports';
import { Processor } from '@tripline/services-processor';
import { RecordingWatch } from '@tripline/testing-builders';
import type { SharedLog } from './shared-log.js';

/** What a task comes to when it goes on to the end of its log: its people, and the actions asked for on the way. */
export type Replayed = {
  readonly people: ReadonlyMap<string, JsonObject>;
  readonly clock: Instant | undefined;
  readonly actions: ReadonlySet<string>;
};

/** Goes on from a store to the end of the partition, outside of the simulation: at once, and telling nobody. */
export async function replay(
  shared: SharedLog,
  partition: number,
  store: StateStore,
  people: readonly string[],
  now: Instant,
): Promise<Replayed> {
  const actions = new Set<string>();
  const clock: Clock = { now: () => now, sleep: () => Promise.resolve() };
  const options = { log: quietLog(shared, actions), store, clock, watch: new RecordingWatch() };
  const processor = new Processor({ ...options, partitions: shared.topic(TOPICS.events).length });
  const from = await processor.assigned(partition);
  await processor.handle(batchOf(shared, partition, from));
  const found = new Map<string, JsonObject>();
  for (const person of people) {
    const view = await processor.person(person).catch(() => undefined);
    if (view !== undefined) found.set(person, view);
  }
  const at = processor.tasks()[0]?.clock;
  await processor.revoked(partition);
  return { people: found, clock: at, actions };
}

function batchOf(shared: SharedLog, number: number, from: number): Batch {
  const partition = shared.partition(TOPICS.events, number);
  const { topic, end } = partition;
  return { topic, partition: number, records: partition.read(from, end), next: end, end, held: () => true };
}

/** Takes note of what is asked for, and writes nothing. */
function quietLog(shared: SharedLog, actions: Set<string>): EventLog {
  const refuse = (): Promise<never> => Promise.reject(new Error('nobody asks this of a replay'));
  const take = ({ topic, value }: Entry): Appended => {
    if (topic === TOPICS.actions) note(value, actions);
    return { topic, partition: 0, offset: 0, at: 0 as Instant };
  };
  return {
    ensureTopics: refuse,
    partitions: refuse,
    read: refuse,
    follow: refuse,
    committed: refuse,
    owners: refuse,
    append: (entries) => Promise.resolve(entries.map(take)),
    bounds: (topic) => Promise.resolve(shared.topic(topic).map(({ number, end }) => ({ partition: number, first: 0, end }))),
    fetch: (topic, partition, from, max) => Promise.resolve(shared.partition(topic, partition).read(from, max)),
    close: () => Promise.resolve(),
  };
}

function note(value: Uint8Array, actions: Set<string>): void {
  const parsed = parseActionOrRecall(parseJson(decodeUtf8(value)));
  if (parsed.ok && parsed.value.kind === 'action') actions.add(parsed.value.id);
}
