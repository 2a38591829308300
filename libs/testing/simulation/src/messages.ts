import { decodeUtf8, makeDuration, parseJson, type Instant } from '@tripline/kernel';
import {
  isFinal,
  parseActionOrRecall,
  parseReceipt,
  parseTaskInput,
  GROUPS,
  TOPICS,
  type Action,
  type FinalStatus,
} from '@tripline/model';
import { MESSAGES_MAX, type MessageView } from '@tripline/ports';
import type { Firing } from './evidence.js';
import type { Beginning, Call, Kept } from './handovers.js';
import type { SimulatedDatabase } from './simulated-database.js';
import type { Site } from './site.js';

/** What became of one message that was asked for, as the database, the logs and the providers have it. */
export type Sent = {
  readonly action: Action;
  /** As people are shown it, one a row; more or fewer than one is wrong. */
  readonly rows: readonly MessageView[];
  /** From when on it must not be begun: the schedulers had said that they have handled its recall. */
  readonly recalled: number;
  /** Final statuses that the log tells, and those that were told on to the person's task. */
  readonly told: ReadonlySet<FinalStatus>;
  readonly heard: ReadonlySet<string>;
  readonly beginnings: readonly Beginning[];
  readonly kept: readonly Kept[];
  readonly calls: readonly Call[];
};

export type Messages = {
  readonly sent: readonly Sent[];
  /** Rows of, and calls for, what nobody asked for. */
  readonly foreign: readonly string[];
  readonly calls: readonly Call[];
};

/** Is there a message that has not come to its end, or a decision that was not told? */
export async function unsettled({ direct }: SimulatedDatabase, now: Instant): Promise<boolean> {
  const [open, untold] = [
    await direct.messages.messages({ status: 'held', max: 1 }),
    await direct.gatehouse.untold(now, makeDuration(0), 1),
  ];
  const outgoing = await direct.catalogue.outbox(1);
  return open.length + untold.length + outgoing.length > 0;
}

export async function gatherMessages({ shared, database, handovers }: Site, firings: readonly Firing[]): Promise<Messages> {
  const rows = await database.direct.messages.messages({ max: MESSAGES_MAX });
  const recalls = recallsOf({ shared });
  const told = toldOf({ shared });
  const heard = heardOf({ shared });
  const { calls, beginnings, kept } = handovers;
  const known = new Set(firings.map(({ action }) => action.id));
  const sent = firings.map(({ action }): Sent => {
    const isIts = (of: { readonly action: string }): boolean => of.action === action.id;
    return {
      ...{ action, rows: rows.filter(({ id }) => id === action.id), recalled: recalls.get(action.id) ?? Infinity },
      ...{ told: told.get(action.id) ?? new Set(), heard: heard.get(action.id) ?? new Set() },
      ...{ beginnings: beginnings.filter(isIts), kept: kept.filter(isIts), calls: calls.filter(isIts) },
    };
  });
  const ids = [...rows.map(({ id }) => id), ...calls.map(({ action }) => action)];
  return { sent, foreign: [...new Set(ids.filter((id) => !known.has(id)))], calls };
}

type Logs = Pick<Site, 'shared'>;

/** By action, when the group of schedulers first said that it has handled a recall of it. */
function recallsOf({ shared }: Logs): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  const group = shared.group(GROUPS.scheduler);
  for (const partition of shared.topic(TOPICS.actions))
    for (const { value, offset } of partition.records) {
      const parsed = parseActionOrRecall(parseJson(decodeUtf8(value)));
      if (!parsed.ok || parsed.value.kind !== 'recall') continue;
      const { action } = parsed.value;
      found.set(action, Math.min(found.get(action) ?? Infinity, group.handledAt(partition, offset)));
    }
  return found;
}

function toldOf({ shared }: Logs): ReadonlyMap<string, ReadonlySet<FinalStatus>> {
  const found = new Map<string, Set<FinalStatus>>();
  for (const { value } of shared.topic(TOPICS.receipts).flatMap(({ records }) => records)) {
    const parsed = parseReceipt(parseJson(decodeUtf8(value)));
    if (!parsed.ok || !isFinal(parsed.value.status)) continue;
    const { action, status } = parsed.value;
    found.set(action, (found.get(action) ?? new Set()).add(status));
  }
  return found;
}

function heardOf({ shared }: Logs): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>();
  for (const { value } of shared.topic(TOPICS.events).flatMap(({ records }) => records)) {
    const parsed = parseTaskInput(value);
    if (!parsed.ok || parsed.value.kind !== 'event' || parsed.value.outcome === undefined) continue;
    const { action, status } = parsed.value.outcome;
    found.set(action, (found.get(action) ?? new Set()).add(status));
  }
  return found;
}

/** For people to read, in milliseconds since the beginning. */
export function describeMessages({ sent }: Messages, begin: number): string {
  const lines = sent.map(({ action, rows, recalled, told, beginnings, calls }) => {
    const begun = beginnings.map(({ by, attempt, asked, kind = 'unheard' }) => `${by} ${attempt} ${asked - begin} ${kind}`);
    const called = calls.map(({ by, asked, taken, answer = 'unheard' }) => `${by} ${asked - begin} ${taken ? 'taken' : 'not taken'} ${answer}`); // prettier-ignore
    const ends = rows.map(({ status, reason = '' }) => `${status} ${reason}`);
    return `  ${action.id} ${action.trigger}: ${ends.join('; ')}, told ${[...told].join(' ')}, recalled ${recalled - begin}, begun [${begun.join(', ')}], called [${called.join(', ')}]`;
  });
  return lines.join('\n');
}
