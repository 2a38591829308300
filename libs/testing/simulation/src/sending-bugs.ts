import type { MemoryPorts } from '@tripline/adapters-memory';
import { decodeUtf8, isJsonObject, parseJson } from '@tripline/kernel';
import { encodeTaskInput, parseTaskInput, TOPICS } from '@tripline/model';
import type { AttemptLedger, Entry, EventLog, Gatehouse } from '@tripline/ports';
import { acknowledgesAtOnce, sendsOnly } from './bugs.js';
import type { Chance } from './chance.js';
import { decoratedLog } from './decorated.js';
import type { Bug } from './site.js';

const gate =
  (by: (inner: Gatehouse) => Partial<Gatehouse>) =>
  (ports: MemoryPorts): MemoryPorts => {
    const inner = ports.gatehouse;
    const plain: Gatehouse = {
      admit: (actions, now) => inner.admit(actions, now),
      recall: (recalls, now) => inner.recall(recalls, now),
      claim: (now, lease, max) => inner.claim(now, lease, max),
      decide: (decisions, now) => inner.decide(decisions, now),
      untold: (now, age, max) => inner.untold(now, age, max),
      told: (told) => inner.told(told),
      report: (receipts, now) => inner.report(receipts, now),
      closeSilent: (now, age, max) => inner.closeSilent(now, age, max),
    };
    return { ...ports, gatehouse: { ...plain, ...by(inner) } };
  };

const ledger =
  (by: (inner: AttemptLedger) => Partial<AttemptLedger>) =>
  (ports: MemoryPorts): MemoryPorts => {
    const inner = ports.attempts;
    const plain: AttemptLedger = {
      begin: (...given) => inner.begin(...given),
      finish: (...given) => inner.finish(...given),
    };
    return { ...ports, attempts: { ...plain, ...by(inner) } };
  };

/** Of each message another one, whenever it is taken in. */
function forgetsIds({ admit }: { admit: Gatehouse['admit'] }): Gatehouse['admit'] {
  let times = 0;
  return (actions, now) => admit(actions.map((action) => ({ ...action, id: `${action.id} ${times++}` })), now); // prettier-ignore
}

const statusOf = ({ topic, value }: Entry): unknown => {
  const json = topic === TOPICS.receipts ? parseJson(decodeUtf8(value)) : undefined;
  return isJsonObject(json) ? json['status'] : undefined;
};

/** One in ten of what was published does not reach its partition. */
const losesRecords = (log: EventLog, chance: Chance): EventLog =>
  decoratedLog(log, { append: (entries) => log.append(entries.filter(() => chance.happens(0.9))) });

/** Each record is newer than all before it, also one that is sent again. */
function numbersAnew(log: EventLog): EventLog {
  let revision = 1_000;
  const anew = (entry: Entry): Entry => {
    const parsed = parseTaskInput(entry.value);
    if (!parsed.ok || parsed.value.kind !== 'control') return entry;
    return { ...entry, value: encodeTaskInput({ ...parsed.value, revision }) };
  };
  return decoratedLog(log, { append: (entries) => (revision++, log.append(entries.map(anew))) });
}

/** Promises broken on purpose between the processor and the providers. */
export const SENDING_BUGS: readonly Bug[] = [
  {
    name: 'a dispatcher sends before it has written the attempt',
    database: ledger((inner) => ({
      begin: (...given) => {
        inner.begin(...given).catch(() => undefined);
        return Promise.resolve({ kind: 'go' });
      },
    })),
  },
  {
    name: 'a dispatcher does not wait for who began before it',
    database: ledger((inner) => ({
      begin: async (...given) => {
        const begun = await inner.begin(...given);
        return begun.kind === 'busy' || begun.kind === 'unfinished' ? { kind: 'go' } : begun;
      },
    })),
  },
  {
    name: 'a dispatcher does not look for recalls',
    database: ledger((inner) => ({
      begin: async (...given) => {
        const begun = await inner.begin(...given);
        return begun.kind === 'recalled' ? { kind: 'go' } : begun;
      },
    })),
  },
  {
    name: 'a ledger does not keep results',
    database: ledger(() => ({ finish: () => Promise.resolve() })),
  },
  { name: 'a dispatcher tells before the log has acknowledged', dispatcherLog: acknowledgesAtOnce },
  {
    name: 'a dispatcher does not tell what was put off',
    dispatcherLog: (log) => sendsOnly(log, (entry) => statusOf(entry) !== 'deferred'),
  },
  { name: 'a scheduler forgets recalls', database: gate(() => ({ recall: () => Promise.resolve() })) },
  {
    name: 'a gate forgets which actions it has seen',
    database: gate((inner) => ({ admit: forgetsIds({ admit: inner.admit.bind(inner) }) })),
  },
  { name: 'a gate never tells again', database: gate(() => ({ untold: () => Promise.resolve([]) })) },
  {
    name: 'a gate marks as told what the log has not acknowledged',
    schedulerLog: acknowledgesAtOnce,
  },
  { name: 'an outbox loses records', controlLog: losesRecords },
  { name: 'an outbox numbers records by when it sends them', controlLog: numbersAnew },
  { name: 'a scheduler does not take in what became of messages', database: gate(() => ({ report: () => Promise.resolve() })) },
];
