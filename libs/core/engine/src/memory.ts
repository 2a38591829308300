import { plus, type Duration, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, EventTest, Roles } from './compiled-trigger.js';
import type { Leaf } from './condition.js';
import { mayBelong, type Key } from './correlation.js';
import type { Draft } from './draft.js';
import { possibly, surely } from './event-test.js';
import type { Fact } from './fact.js';
import { REMEMBERED_MAX, REMEMBERED_TIMES_MAX, type Remembered } from './person-state.js';

/**
 * Remembers events that conditions look back to, and negated and exit events, so that a first event that is delayed and comes after them
 * opens nothing.
 * I1. An entry lives until no moment that is still accepted can look back to its newest time.
 * I2. Times are newest first. Of negated events older than `settle` before the newest only one is kept: a window that is still undecided
 *     when a delayed first event arrives ends no earlier than that.
 * I3. An event of unknown key holds for every key where it denies, and for none where it is wanted.
 */
export function rememberEvent(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  for (const leaf of roles.remembers) rememberLeaf(draft, trigger, leaf, event);
  for (const exit of roles.exits)
    if (possibly(draft, exit, event, undefined))
      put(draft, trigger, exit.test, exit.key(event.properties), 0 as Duration, event, thinned);
}

function rememberLeaf(draft: Draft, trigger: CompiledTrigger, leaf: Leaf, event: Event): void {
  const { memory = 0 as Duration, role } = leaf;
  const key = leaf.key(event.properties);
  const isOne =
    role === 'seen'
      ? key !== undefined && surely(draft, trigger, leaf, event, undefined)
      : possibly(draft, leaf, event, undefined);
  if (isOne) put(draft, trigger, leaf.test, key, memory, event, role === 'not' ? thinned : (times) => times);
}

function put(
  draft: Draft,
  trigger: CompiledTrigger,
  test: string,
  key: Key,
  window: Duration,
  event: Event,
  thin: (times: readonly Instant[], settle: Duration) => readonly Instant[],
): void {
  const entry = entryKey(key);
  const { remembered } = draft.state;
  const before = remembered.find((each) => each.trigger === trigger.name && each.test === test && each.key === entry);
  const all = [...new Set([...(before?.times ?? []), event.timestamp])].sort((a, b) => b - a);
  const times = thin(all, trigger.settle).slice(0, REMEMBERED_TIMES_MAX);
  const until = plus(times[0] ?? event.timestamp, (window + trigger.accept) as Duration);
  const others = remembered.filter((each) => each !== before && each.until > event.received);
  const next = { trigger: trigger.name, test, key: entry, times, cut: before?.cut === true || times.length < all.length, until };
  draft.set({ remembered: bounded(draft, [...others, next]) });
}

const entryKey = (key: Key): string | null => (typeof key === 'string' ? key : null);

function thinned(all: readonly Instant[], settle: Duration): readonly Instant[] {
  const newest = all[0] ?? (0 as Instant);
  const recent = all.filter((time) => time > newest - settle);
  return all.slice(0, recent.length + 1);
}

function bounded(draft: Draft, entries: readonly Remembered[]): readonly Remembered[] {
  if (entries.length <= REMEMBERED_MAX) return entries;
  draft.note('remembered-full');
  const first = entries.reduce((a, b) => (b.until < a.until ? b : a));
  return entries.filter((each) => each !== first);
}

const entriesFor = (draft: Draft, { name }: CompiledTrigger, test: string, key: string): readonly Remembered[] =>
  draft.state.remembered.filter(
    (entry) => entry.trigger === name && entry.test === test && mayBelong(entry.key ?? undefined, { key }),
  );

/** What an attempt that begins at `from` finds already there of what it must not find; `order` is the first turn that is free. */
export function rememberedFacts(
  draft: Draft,
  trigger: CompiledTrigger,
  key: string,
  from: Instant,
  order: number,
): readonly Fact[] {
  if (draft.state.remembered.length === 0) return [];
  const found = trigger.condition.leaves
    .filter((leaf) => leaf.role === 'not' && leaf.memory !== undefined)
    .flatMap((leaf) =>
      entriesFor(draft, trigger, leaf.test, key).flatMap(({ times }) => times.map((at) => ({ leaf: leaf.index, at }))),
    );
  return found
    .filter(({ at }) => at >= from)
    .map(({ leaf, at }, i) => ({ leaf, at, received: at, order: order + i, used: false }));
}

/** Was there such an event in `(after, to]`? Undefined where what is remembered does not reach back so far. */
export function lookBack(
  draft: Draft,
  trigger: CompiledTrigger,
  leaf: Leaf,
  key: string,
  after: Instant,
  to: Instant,
): boolean | undefined {
  const entries = entriesFor(draft, trigger, leaf.test, key);
  if (entries.some(({ times }) => times.some((time) => time > after && time <= to))) return true;
  const isKnown = after >= trigger.since && entries.every(({ cut, times }) => !cut || (times.at(-1) ?? to) <= after);
  return isKnown ? false : undefined;
}

/** Did an exit event already happen at or after `from`? */
export const isExited = (
  draft: Draft,
  trigger: CompiledTrigger,
  exits: readonly EventTest[],
  key: string,
  from: Instant,
): boolean =>
  draft.state.remembered.length > 0 &&
  exits.some((exit) => entriesFor(draft, trigger, exit.test, key).some(({ times }) => times.some((time) => time >= from)));
