import { decodeUtf8, encodeUtf8, isJsonObject, parseJson, plus, makeDuration, type JsonObject } from '@tripline/kernel';
import { encodeTaskInput, parseTaskInput, TOPICS } from '@tripline/model';
import type { Appended, Batch, Entry, EventLog, LogRecord, StateCopy, Subscription } from '@tripline/ports';
import type { Chance } from './chance.js';
import { decoratedLog, decoratedStore } from './decorated.js';
import type { Bug } from './site.js';

/** Answers at once that all has landed, and sends it after that: what fails then is gone. */
export const acknowledgesAtOnce = (log: EventLog): EventLog =>
  decoratedLog(log, {
    append: (entries) => {
      log.append(entries).catch(() => undefined);
      return Promise.resolve(entries.map(({ topic }): Appended => ({ topic, partition: 0, offset: 0, at: 0 as Appended['at'] })));
    },
  });

/** What cannot be acknowledged is taken for sent. */
const swallowsFailures = (log: EventLog): EventLog =>
  decoratedLog(log, { append: (entries) => log.append(entries).catch(() => []) });

export const sendsOnly = (log: EventLog, wanted: (entry: Entry) => boolean): EventLog =>
  decoratedLog(log, { append: (entries) => log.append(entries.filter(wanted)) });

const kindOf = ({ topic, value }: Entry): string | undefined => {
  const parsed = topic === TOPICS.events ? parseTaskInput(value) : undefined;
  return parsed?.ok === true ? parsed.value.kind : undefined;
};

const reads = (log: EventLog, change: (subscription: Subscription) => Subscription): EventLog =>
  decoratedLog(log, { read: (subscription) => log.read(change(subscription)) });

const handles = (log: EventLog, change: (batch: Batch) => Batch): EventLog =>
  reads(log, (subscription) => ({ ...subscription, handle: (batch) => subscription.handle(change(batch)) }));

const withRecords = (batch: Batch, change: (record: LogRecord) => LogRecord): Batch => ({
  ...batch,
  records: batch.records.map(change),
});

const changedJson = (value: Uint8Array, change: (json: JsonObject) => JsonObject): Uint8Array => {
  const json = parseJson(decodeUtf8(value));
  return isJsonObject(json) ? encodeUtf8(JSON.stringify(change(json))) : value;
};

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Every copy of an event is taken for another event. */
function forgetsIds(record: LogRecord): LogRecord {
  const value = changedJson(record.value, (json) => (json['kind'] === 'event' ? { ...json, id: `${textOf(json['id'])} ${record.offset}` } : json)); // prettier-ignore
  return { ...record, value };
}

/** A processor that reads every record so, wherever it reads it. */
const readsAs =
  (change: (record: LogRecord) => LogRecord) =>
  (log: EventLog): EventLog =>
    decoratedLog(
      handles(log, (batch) => withRecords(batch, change)),
      { fetch: async (...asked) => (await log.fetch(...asked)).map(change) },
    );

/** A tick is believed to say a while more than it does, and to have been appended then. */
function believesTooMuch(record: LogRecord): LogRecord {
  const parsed = parseTaskInput(record.value);
  if (!parsed.ok || parsed.value.kind !== 'tick') return record;
  const upTo = plus(parsed.value.upTo, TOO_MUCH);
  return { ...record, appended: plus(record.appended, TOO_MUCH), value: encodeTaskInput({ kind: 'tick', upTo }) };
}

const TOO_MUCH = makeDuration(5_000);

const proofWithout = (log: EventLog, topic: string): EventLog =>
  decoratedLog(log, { bounds: (of) => (of === topic ? Promise.resolve([]) : log.bounds(of)) });

/** Handles no more than half of a batch, and says that all of it was. */
function drops(chance: Chance, share: number): (batch: Batch) => Batch {
  return (batch) => (chance.happens(share) ? { ...batch, records: batch.records.slice(0, -1) } : batch);
}

const copied = (copy: StateCopy): StateCopy => ({
  checkpoint: copy.checkpoint,
  definitions: copy.definitions,
  parts: () => copy.parts(),
  close: () => copy.close(),
});

const withoutOne = (copy: StateCopy | undefined): StateCopy | undefined =>
  copy && {
    ...copied(copy),
    parts: () => [...copy.parts()].map((part) => ({ ...part, people: new Map([...part.people].slice(1)) })),
  };

/**
 * Promises broken on purpose. Each must be noticed within few seeds, or the simulation looks at nothing.
 */
export const BUGS: readonly Bug[] = [
  { name: 'a collector answers before the log has acknowledged', collectorLog: acknowledgesAtOnce },
  { name: 'a collector takes what was not acknowledged for sent', collectorLog: swallowsFailures },
  { name: 'a collector commits records that it did not handle', collectorLog: (log, chance) => handles(log, drops(chance, 0.1)) },
  { name: 'a collector tells nobody of links', collectorLog: (log) => sendsOnly(log, (entry) => kindOf(entry) !== 'link') },
  { name: 'a processor goes on before its outputs are acknowledged', processorLog: acknowledgesAtOnce },
  { name: 'a processor takes what was not acknowledged for told', processorLog: swallowsFailures },
  { name: 'a processor passes over records', processorLog: (log, chance) => handles(log, drops(chance, 0.1)) },
  { name: 'a task does not know an event again', processorLog: readsAs(forgetsIds) },
  { name: 'a tick is believed beyond what it says', processorLog: readsAs(believesTooMuch) },
  { name: 'a proof does not look at what producers wrote', processorLog: (log) => proofWithout(log, TOPICS.ingest) },
  { name: 'a task never answers whether there is more', processorLog: (log) => sendsOnly(log, (e) => kindOf(e) !== 'answer') },
  { name: 'a device hands nothing over', processorLog: (log) => sendsOnly(log, (entry) => kindOf(entry) !== 'handoff') },
  {
    name: 'a checkpoint says that it covers more than it does',
    store: (store) =>
      decoratedStore(store, (inner) => ({
        commit: (change) =>
          inner.commit({ ...change, checkpoint: { clock: change.checkpoint.clock, next: change.checkpoint.next + 1 } }),
      })),
  },
  {
    name: 'a store loses timers',
    store: (store) => decoratedStore(store, (inner) => ({ commit: (change) => inner.commit({ ...change, timersAdded: [] }) })),
  },
  {
    name: 'a store keeps people that were forgotten, as they were',
    store: (store) =>
      decoratedStore(store, (inner) => ({
        commit: (change) => inner.commit({ ...change, people: new Map([...change.people].filter(([, bytes], i) => bytes !== null && i > 0)) }), // prettier-ignore
      })),
  },
  {
    name: 'a store forgets the clock',
    store: (store) =>
      decoratedStore(store, (inner) => ({
        checkpoint: () => {
          const found = inner.checkpoint();
          return found === undefined ? undefined : { ...found, clock: 0 as typeof found.clock };
        },
      })),
  },
  {
    name: 'a snapshot says that it covers more than it holds',
    store: (store) =>
      decoratedStore(store, (inner) => ({
        copy: () => {
          const copy = inner.copy();
          if (copy === undefined) return undefined;
          const { clock, next } = copy.checkpoint;
          return { ...copied(copy), checkpoint: { clock, next: next + 1 } };
        },
      })),
  },
  {
    name: 'a snapshot leaves somebody out',
    store: (store) => decoratedStore(store, (inner) => ({ copy: () => withoutOne(inner.copy()) })),
  },
  {
    name: 'a task goes on where its group committed, whatever its state has read',
    processorLog: (log) =>
      decoratedLog(
        reads(log, (own) => ({ ...own, assigned: async (topic, partition) => void (await own.assigned?.(topic, partition)) })),
        {
          fetch: (topic, partition, from, max) => (max > 1 ? Promise.resolve([]) : log.fetch(topic, partition, from, max)),
        },
      ),
  },
];
