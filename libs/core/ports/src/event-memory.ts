import { days, type Duration, type Instant } from '@tripline/kernel';

/** Event names that are remembered; of a further one nothing is known. */
export const EVENT_NAMES_MAX = 2_000;
/** Properties of one event that are remembered: those it carries most often. */
export const PROPERTY_NAMES_MAX = 50;
/** A name that was not seen for so long is forgotten when there is no room for another. */
export const FORGOTTEN_AFTER: Duration = days(30);

/** What was counted of one event name. */
export type NameTally = {
  /** How many, by hours since 1970. */
  readonly hours: ReadonlyMap<number, number>;
  readonly lastSeen: Instant;
  /** Of so many the properties were looked at, and how many of these carried each. */
  readonly looked: number;
  readonly properties: ReadonlyMap<string, number>;
  /** It had properties that were not counted: of one that is not here nothing is known. */
  readonly cut: boolean;
};

/** What was counted of one partition in `[from, next)`; without `from`, since nothing of it was counted before. */
export type Tally = {
  readonly partition: number;
  readonly from?: number;
  readonly next: number;
  /** Records after `next` that were there then. */
  readonly behind: number;
  readonly names: ReadonlyMap<string, NameTally>;
};

/** One event name that was seen. */
export type EventSeen = {
  readonly name: string;
  /** In this hour and the 23 before it. */
  readonly lastDay: number;
  /** Ever. */
  readonly total: number;
  readonly lastSeen: Instant;
  /** Of so many the properties were looked at; the counts of `properties`, most often first, are of these. */
  readonly looked: number;
  readonly properties: readonly { readonly name: string; readonly count: number }[];
  /** There are properties that are not here. */
  readonly cut: boolean;
};

/** All that was seen, by name. While many records are still to be counted, a name that is not here may be among them. */
export type EventsSeen = { readonly events: readonly EventSeen[]; readonly behind: number };

/** What became of tallies. */
export type Remembered = {
  /** Where counting goes on, of each partition that was given. */
  readonly positions: ReadonlyMap<number, number>;
  /** Names there was no room for. */
  readonly namesOver: number;
};

/** Which events there are: names, how many, and what they carry. For people who write triggers; nothing is decided by it. */
export interface EventMemory {
  /**
   * Adds what was counted and moves the positions, all or nothing. A tally that does not begin at the position of its partition adds
   * nothing: somebody else has counted there. So each event counts once, whoever counts.
   */
  add(tallies: readonly Tally[], now: Instant): Promise<Remembered>;
  /** Where counting goes on; undefined where it has not begun. */
  position(partition: number): Promise<number | undefined>;
  seen(now: Instant): Promise<EventsSeen>;
}
