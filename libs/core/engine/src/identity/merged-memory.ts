import { later, type Instant } from '@tripline/kernel';
import { mergedForgotten, withForgotten, type Memory } from '../condition/forgotten.js';
import {
  MESSAGES_MAX,
  REMEMBERED_MAX,
  REMEMBERED_TIMES_MAX,
  type Messages,
  type PersonState,
  type Remembered,
} from '../person/person-state.js';

/** What two ids of one person have seen and remember, as if it had all come to one. The limits of one hold for both together. */

/** Each id is known for as long as it would have been: the generation is as old as the younger of the two. */
export function mergedMessages(mine: Messages, other: Messages): Messages {
  const current = union(mine.current, other.current);
  return {
    since: later(mine.since, other.since),
    current: current.slice(-MESSAGES_MAX),
    before: union(union(mine.before, other.before), current.slice(0, -MESSAGES_MAX)).slice(-MESSAGES_MAX),
  };
}

const union = (a: readonly number[], b: readonly number[]): readonly number[] => [...new Set([...a, ...b])];

/** `isFull`: those that would be forgotten first have given way. Where more was remembered than is kept, the entry says so: before its oldest time nothing is known. */
export function mergedMemory(mine: Memory, other: Memory): Memory & { readonly isFull: boolean } {
  const all = mergedEntries(mine.remembered, other.remembered);
  const before = mergedForgotten(mine.forgotten, other.forgotten);
  if (all.length <= REMEMBERED_MAX) return { remembered: all, forgotten: before, isFull: false };
  const byEnd = all.toSorted((a, b) => b.until - a.until);
  const forgotten = byEnd.slice(REMEMBERED_MAX).reduce(withForgotten, before);
  return { remembered: byEnd.slice(0, REMEMBERED_MAX), forgotten, isFull: true };
}

function mergedEntries(mine: readonly Remembered[], other: readonly Remembered[]): readonly Remembered[] {
  const isSame = (a: Remembered, b: Remembered): boolean => a.trigger === b.trigger && a.test === b.test && a.key === b.key;
  const met = mine.map((entry) => {
    const also = other.find((each) => isSame(each, entry));
    return also === undefined ? entry : mergedEntry(entry, also);
  });
  const added = other.filter((entry) => !mine.some((each) => isSame(each, entry)));
  return [...met, ...added];
}

type Time = { readonly at: Instant; readonly named: NonNullable<Remembered['events']>[number] | undefined };
const timesIn = ({ times, events }: Remembered): Time[] => times.map((at, i) => ({ at, named: events?.[i] }));

function mergedEntry(a: Remembered, b: Remembered): Remembered {
  const own = timesIn(a);
  const all = [...own, ...timesIn(b).filter(({ at }) => !a.times.includes(at))].sort((x, y) => y.at - x.at);
  const some = all.slice(0, REMEMBERED_TIMES_MAX);
  const times = some.map(({ at }) => at);
  const events = some.flatMap(({ named }) => named ?? []);
  const late = [...(a.late ?? []), ...(b.late ?? []).filter(({ at }) => !a.times.includes(at))].filter(({ at }) =>
    times.includes(at),
  );
  return {
    ...{ trigger: a.trigger, test: a.test, key: a.key, times },
    ...(events.length < some.length ? {} : { events }),
    ...(late.length === 0 ? {} : { late }),
    cut: a.cut || b.cut || some.length < all.length,
    until: later(a.until, b.until),
  };
}

/** By trigger, oldest first. `keep` says how many `limit` asks about. */
export function mergedCounts(
  mine: PersonState['counted'],
  other: PersonState['counted'],
  keep: (trigger: string) => number | undefined,
): PersonState['counted'] {
  const counted: Record<string, readonly Instant[]> = { ...mine };
  for (const [trigger, times] of Object.entries(other)) {
    const before = counted[trigger] ?? [];
    const max = keep(trigger) ?? Math.max(before.length, times.length);
    counted[trigger] = [...before, ...times].sort((a, b) => a - b).slice(-max);
  }
  return counted;
}
