import { later, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, EventTest, Roles } from '../compile/compiled-trigger.js';
import type { Leaf } from '../compile/condition.js';
import { mayBelong, UNKEYED, type Key } from './correlation.js';
import type { Draft } from '../draft.js';
import { isAccepted, isKnownToBe, possibly } from './event-test.js';
import type { Fact } from './fact.js';
import { makeFact } from './make-fact.js';
import { forgottenUpTo, stillForgotten, withForgotten, type Memory } from './forgotten.js';
import { REMEMBERED_MAX, REMEMBERED_TIMES_MAX, type Remembered, type Run } from '../person/person-state.js';

/**
 * Remembers events that conditions look back to, and those after the first that a delayed first event would still find: negated ones, exits,
 * and the elements to come.
 * I1. An entry lives until no moment that is still accepted can look back to its newest time.
 * I2. Times are newest first. Of an absence `for` a time that ends the condition, those older than `settle` before the newest are but one: a window that is
 *     still undecided when a delayed first event arrives ends no earlier than that. What begins before the oldest that is kept is denied: it
 *     may come from another id, much later.
 * I3. What gives way leaves behind how far it is forgotten (`forgotten.ts`): it answers no question with "not there".
 * I4. An event of unknown key holds for every key where it denies, and for none where it is wanted.
 */
export function rememberEvent(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  for (const leaf of roles.remembers) rememberLeaf(draft, trigger, leaf, event);
  for (const exit of roles.remembersExits)
    if (possibly(draft, exit, event, undefined))
      put(draft, trigger, { test: exit.test, key: exit.key(event.properties), window: trigger.life, thin: true }, event);
  if (roles.turns) put(draft, trigger, { test: TURN, key: UNKEYED, window: trigger.settle, thin: true }, event);
}

function rememberLeaf(draft: Draft, trigger: CompiledTrigger, leaf: Leaf, event: Event): void {
  const { memory: window = 0 as Duration, role, test } = leaf;
  const key = leaf.key(event.properties);
  const isWanted = role === 'event' || role === 'seen';
  const isOne = isWanted ? key !== undefined && isKnownToBe(draft, leaf, event) : possibly(draft, leaf, event, undefined);
  if (!isOne || (role === 'event' && (!isAccepted(event, trigger.accept) || isTaken(draft, trigger, leaf, key, event)))) return;
  const named = leaf.alias === undefined ? undefined : namedBy(makeFact(draft, trigger, leaf, event, 0));
  const isLate = role === 'seen' && event.received >= plus(event.timestamp, trigger.settle);
  put(
    draft,
    trigger,
    { test, key, window: leaf.ends ? longer(window, trigger.life) : window, thin: leaf.ends, named, isLate },
    event,
  );
}

/** What a turn of the page is remembered as, for `settle`: when it was last. */
export const TURN = 'turn';

/** An exit may ask the same, for as long as a run can take. */
const longer = (a: Duration, b: Duration): Duration => Math.max(a, b) as Duration;

const namedBy = ({ id = '', kept }: Fact): Named => (kept === undefined ? { id } : { id, kept });

/** An attempt of its key was completed by it: there is nothing left to find. */
const isTaken = (draft: Draft, { name }: CompiledTrigger, { test }: Leaf, key: Key, { timestamp }: Event): boolean =>
  draft.taken.some((each) => each.trigger === name && each.test === test && each.key === key && each.at === timestamp);

type Named = NonNullable<Remembered['events']>[number];
type Time = { readonly at: Instant; readonly named: Named | undefined };
type Put = {
  readonly test: string;
  readonly key: Key;
  readonly window: Duration;
  readonly thin: boolean;
  readonly named?: Named | undefined;
  readonly isLate?: boolean;
};

function put(draft: Draft, trigger: CompiledTrigger, { test, key, window, thin, named, isLate }: Put, event: Event): void {
  const entry = entryKey(key);
  const { remembered } = draft.state;
  const before = remembered.find((each) => each.trigger === trigger.name && each.test === test && each.key === entry);
  if (before === undefined && named === undefined && isLate !== true)
    return first(draft, trigger, { test, entry, window }, event);
  const sorted = withTime(before, { at: event.timestamp, named });
  const all = thin && sorted.length > 1 ? thinned(sorted, trigger.settle) : sorted;
  const some = all.slice(0, REMEMBERED_TIMES_MAX);
  const times = some.map(({ at }) => at);
  const until = later(before?.until ?? event.timestamp, plus(times[0] ?? event.timestamp, (window + trigger.accept) as Duration));
  const others = remembered.filter((each) => each !== before && each.until > event.received);
  const cut = before?.cut === true || some.length < sorted.length;
  const late = lateOf(before, times, isLate === true ? event : undefined);
  const next = { trigger: trigger.name, test, key: entry, times, cut, until, ...(late.length === 0 ? {} : { late }) };
  const events = some.flatMap((each) => each.named ?? []);
  keep(draft, [...others, events.length < some.length ? next : { ...next, events }], event.received);
}

/** Most entries are of one event that nothing is kept of. */
function first(
  draft: Draft,
  { name, accept }: CompiledTrigger,
  { test, entry, window }: Pick<Put, 'test' | 'window'> & { readonly entry: string | null },
  { timestamp, received }: Event,
): void {
  const until = later(timestamp, plus(timestamp, (window + accept) as Duration));
  const others = draft.state.remembered.filter((each) => each.until > received);
  others.push({ trigger: name, test, key: entry, times: [timestamp], cut: false, until });
  keep(draft, others, received);
}

function withTime(before: Remembered | undefined, added: Time): readonly Time[] {
  if (before === undefined) return [added];
  const known = before.times.map((at, i) => ({ at, named: before.events?.[i] })).filter(({ at }) => at !== added.at);
  return [...known, added].sort((a, b) => b.at - a.at);
}

/** An event that was there already stays as early as it came. */
function lateOf(
  before: Remembered | undefined,
  times: readonly Instant[],
  event: Event | undefined,
): NonNullable<Remembered['late']> {
  const known = (before?.late ?? []).filter(({ at }) => times.includes(at));
  if (event === undefined) return known;
  return before?.times.includes(event.timestamp) === true ? known : [...known, { at: event.timestamp, received: event.received }];
}

const entryKey = (key: Key): string | null => (typeof key === 'string' ? key : null);

function thinned<T extends { readonly at: Instant }>(all: readonly T[], settle: Duration): readonly T[] {
  const newest = all[0]?.at ?? (0 as Instant);
  const recent = all.filter(({ at }) => at > newest - settle);
  return all.slice(0, recent.length + 1);
}

/** What ends first gives way. */
function keep(draft: Draft, entries: readonly Remembered[], now: Instant): void {
  const before = draft.state.forgotten;
  const forgotten = stillForgotten(before, now);
  if (entries.length <= REMEMBERED_MAX)
    return draft.set(before === forgotten ? { remembered: entries } : { remembered: entries, forgotten });
  draft.note('remembered-full');
  const first = entries.reduce((a, b) => (b.until < a.until ? b : a));
  draft.set({ remembered: entries.filter((each) => each !== first), forgotten: withForgotten(forgotten, first) });
}

const entriesFor = (
  remembered: readonly Remembered[],
  { name }: CompiledTrigger,
  test: string,
  key: string,
): readonly Remembered[] =>
  remembered.filter((entry) => entry.trigger === name && entry.test === test && mayBelong(entry.key ?? undefined, { key }));

/**
 * What an attempt that begins at `from` finds already there, of an element to come only what happened later; `order` is the first turn that is free. Where it is not known any more whether
 * there was what must not be, there was. `strictly`: not what happened at `from` itself. Times of one name and instant are taken for one event. `remembered`: by this
 * person, or under another id of theirs.
 */
export function rememberedFacts(
  draft: Draft,
  trigger: CompiledTrigger,
  key: string,
  from: Instant,
  order: number,
  strictly = false,
  memory: Memory = draft.state,
): readonly Fact[] {
  const { remembered, forgotten } = memory;
  if (remembered.length === 0 && forgotten === undefined) return [];
  const found: Fact[] = [];
  for (const leaf of trigger.condition.recalled) {
    for (const entry of entriesFor(remembered, trigger, leaf.test, key)) found.push(...factsOf(leaf, entry, from, strictly));
    const lost = forgottenUpTo(memory, trigger.name, leaf.test);
    if (lost !== undefined && (lost > from || (lost === from && !strictly && leaf.role === 'not')))
      found.push(doubt(leaf, from, lost));
  }
  return found.length === 0 ? found : inTurn(trigger, found, order);
}

function inTurn({ condition: { leaves } }: CompiledTrigger, facts: readonly Fact[], order: number): readonly Fact[] {
  const turns = new Map<string, number>();
  return facts.map((fact) => {
    const event = `${fact.at} ${leaves[fact.leaf]?.names.join(' ') ?? ''}`;
    const turn = turns.get(event) ?? order + turns.size;
    turns.set(event, turn);
    return { ...fact, order: turn };
  });
}

function factsOf({ index, role }: Leaf, { times, events, cut }: Remembered, from: Instant, strictly: boolean): Fact[] {
  const facts = times.flatMap((at, i): Fact[] => {
    if (at < from || ((strictly || role === 'event') && at === from)) return [];
    return [{ leaf: index, at, received: at, order: 0, used: false, ...events?.[i] }];
  });
  const isLost = cut && role === 'not' && (times.at(-1) ?? from) > from;
  return isLost ? [...facts, doubt({ index }, from, times.at(-1) ?? from)] : facts;
}

/** It may have happened anywhere from here to there. */
const doubt = ({ index }: Pick<Leaf, 'index'>, at: Instant, until: Instant): Fact => ({
  ...{ leaf: index, at, received: at, order: 0, used: false, until },
});

/** An attempt took these: one that begins later does not take them again. */
export function forget(draft: Draft, trigger: CompiledTrigger, run: Run, used: readonly Fact[]): void {
  const taken = used.flatMap(({ leaf, at }) => {
    const { test = '', memory, role } = trigger.condition.leaves[leaf] ?? {};
    return memory === undefined || role !== 'event' ? [] : [{ test, at }];
  });
  if (taken.length === 0) return;
  draft.taken = [...draft.taken, ...taken.map((each) => ({ ...each, trigger: trigger.name, key: run.key }))];
  const remembered = draft.state.remembered.map((entry) => {
    const isTaken = (at: Instant): boolean => taken.some((each) => each.test === entry.test && each.at === at);
    if (entry.trigger !== trigger.name || entry.key !== run.key || !entry.times.some(isTaken)) return entry;
    const left = entry.times.map((_, i) => i).filter((i) => !isTaken(entry.times[i] ?? (0 as Instant)));
    const times = left.map((i) => entry.times[i] ?? (0 as Instant));
    const events = entry.events === undefined ? {} : { events: entry.events.filter((_, i) => left.includes(i)) };
    return { ...entry, times, ...events };
  });
  draft.set({ remembered: remembered.filter(({ times }) => times.length > 0) });
}

/** Was there such an event in `(after, to]`, told before `mark` + settle where it is wanted? Undefined where what is remembered does not reach back so far. */
export function lookBack(
  draft: Draft,
  trigger: CompiledTrigger,
  leaf: Leaf,
  key: string,
  after: Instant,
  to: Instant,
  mark: Instant,
): boolean | undefined {
  const entries = entriesFor(draft.state.remembered, trigger, leaf.test, key);
  const isInTime = ({ late = [] }: Remembered, time: Instant): boolean =>
    late.every(({ at, received }) => at !== time || received < plus(mark, trigger.settle));
  if (entries.some((entry) => entry.times.some((time) => time > after && time <= to && isInTime(entry, time)))) return true;
  const lost = forgottenUpTo(draft.state, trigger.name, leaf.test) ?? after;
  const isKnown =
    after >= trigger.known && lost <= after && entries.every(({ cut, times }) => !cut || (times.at(-1) ?? to) <= after);
  return isKnown ? false : undefined;
}

/** When events of this test and key are remembered to have happened, those that may be. */
export const timesOf = (
  remembered: readonly Remembered[],
  trigger: CompiledTrigger,
  test: string,
  key: string,
): readonly Instant[] => entriesFor(remembered, trigger, test, key).flatMap(({ times }) => times);

/** Why an exit forbids to begin: one happened already, at or after `from`, or nobody knows. Undefined: none did. */
export function exitedSince(
  { state }: Draft,
  trigger: CompiledTrigger,
  key: string,
  from: Instant,
): 'opening-exited' | 'opening-unknown' | undefined {
  const { exits, name } = trigger;
  if (state.remembered.length === 0 && state.forgotten === undefined) return undefined;
  const happened = ({ test }: EventTest): boolean => timesOf(state.remembered, trigger, test, key).some((time) => time >= from);
  if (exits.some(happened)) return 'opening-exited';
  const isLost = ({ test }: EventTest): boolean => (forgottenUpTo(state, name, test) ?? from - 1) >= from;
  return exits.some(isLost) ? 'opening-unknown' : undefined;
}
