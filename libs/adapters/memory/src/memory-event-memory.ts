import { minus, storableText, type Instant } from '@tripline/kernel';
import {
  addTally,
  EVENT_NAMES_MAX,
  FORGOTTEN_AFTER,
  seenOf,
  type EventMemory,
  type EventsSeen,
  type Remembered,
  type Tally,
} from '@tripline/ports';
import type { Connection } from './connection.js';
import { byText } from './order.js';
import type { Tables } from './tables.js';

/** Which events there are, in memory: one row a name, at most `EVENT_NAMES_MAX`. */
export class MemoryEventMemory implements EventMemory {
  constructor(private readonly connection: Connection) {}

  add(tallies: readonly Tally[], now: Instant): Promise<Remembered> {
    return this.connection.transaction((tables) => {
      const { eventPositions } = tables;
      const fitting = tallies.filter(({ partition, from }) => eventPositions.get(partition)?.next === from);
      const namesOver = addNames(tables, fitting, now);
      for (const { partition, next, behind } of fitting) eventPositions.put(partition, { next, behind });
      return { positions: positionsOf(tables, tallies), namesOver };
    });
  }

  position(partition: number): Promise<number | undefined> {
    return this.connection.transaction(({ eventPositions }) => eventPositions.get(partition)?.next);
  }

  seen(now: Instant): Promise<EventsSeen> {
    return this.connection.transaction(({ eventNames, eventPositions }) => ({
      events: eventNames
        .rows()
        .map((row) => seenOf(row, now))
        .sort((a, b) => byText(a.name, b.name)),
      behind: eventPositions.rows().reduce((sum, { behind }) => sum + behind, 0),
    }));
  }
}

const positionsOf = ({ eventPositions }: Tables, tallies: readonly Tally[]): Map<number, number> =>
  new Map(
    tallies.flatMap(({ partition }) => {
      const next = eventPositions.get(partition)?.next;
      return next === undefined ? [] : [[partition, next] as const];
    }),
  );

/** How many names there was no room for. */
function addNames(tables: Tables, tallies: readonly Tally[], now: Instant): number {
  const { eventNames } = tables;
  const names = new Set(tallies.flatMap((tally) => [...tally.names.keys()].map(storableText)));
  const fresh = [...names].filter((name) => eventNames.get(name) === undefined);
  const over = new Set(fresh.slice(roomFor(tables, fresh.length, names, now)));
  for (const tally of tallies)
    for (const [given, counted] of tally.names) {
      const name = storableText(given);
      if (!over.has(name)) eventNames.put(name, addTally(eventNames.get(name), name, counted, now));
    }
  return over.size;
}

/** How many names more there may be; what is long gone makes room. */
function roomFor({ eventNames }: Tables, wanted: number, names: ReadonlySet<string>, now: Instant): number {
  const room = (): number => Math.max(0, EVENT_NAMES_MAX - eventNames.size);
  if (room() >= wanted) return room();
  const gone = eventNames.rows().filter(({ name, lastSeen }) => lastSeen < minus(now, FORGOTTEN_AFTER) && !names.has(name));
  for (const { name } of gone) eventNames.put(name, undefined);
  return room();
}
