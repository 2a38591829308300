import { plus, type Duration, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, EventTest, Roles } from './compiled-trigger.js';
import type { Key } from './correlation.js';
import type { Draft } from './draft.js';
import { possibly } from './event-test.js';
import { REMEMBERED_MAX, REMEMBERED_TIMES_MAX, type Remembered } from './person-state.js';

/**
 * Remembers negated and exit events, so that a first event that is delayed and comes after them opens nothing.
 * I1. An entry lives until no event that is still accepted can have a window that holds its newest time.
 * I2. Times are newest first. Of those older than `settle` before the newest only one is kept: a window that is still undecided when a
 *     delayed first event arrives ends no earlier than that.
 * I3. An event of unknown key holds for every key.
 */
export function rememberEvent(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  const { absence } = trigger;
  if (roles.negates && absence !== undefined) rememberTest(draft, trigger, 'not', absence, absence.for, event);
  for (const exit of roles.exits) rememberTest(draft, trigger, 'exit', exit, 0 as Duration, event);
}

function rememberTest(
  draft: Draft,
  trigger: CompiledTrigger,
  role: Remembered['role'],
  test: EventTest,
  window: Duration,
  event: Event,
): void {
  if (!possibly(draft, test, event, undefined)) return;
  const key = entryKey(test.key(event.properties));
  const { remembered } = draft.state;
  const before = remembered.find((each) => each.trigger === trigger.name && each.role === role && each.key === key);
  const times = withTime(before?.times ?? [], event.timestamp, trigger.settle);
  const until = plus(times[0] ?? event.timestamp, (window + trigger.accept) as Duration);
  const others = remembered.filter((each) => each !== before && each.until > event.received);
  draft.set({ remembered: bounded(draft, [...others, { trigger: trigger.name, role, key, times, until }]) });
}

const entryKey = (key: Key): string | null => (typeof key === 'string' ? key : null);

function withTime(times: readonly Instant[], at: Instant, settle: Duration): Instant[] {
  const all = [...new Set([...times, at])].sort((a, b) => b - a);
  const newest = all[0] ?? at;
  const recent = all.filter((time) => time > newest - settle);
  return [...recent, ...all.slice(recent.length, recent.length + 1)].slice(0, REMEMBERED_TIMES_MAX);
}

function bounded(draft: Draft, entries: readonly Remembered[]): readonly Remembered[] {
  if (entries.length <= REMEMBERED_MAX) return entries;
  draft.note('remembered-full');
  const first = entries.reduce((a, b) => (b.until < a.until ? b : a));
  return entries.filter((each) => each !== first);
}

const holdsFor = (entry: Remembered, trigger: CompiledTrigger, role: Remembered['role'], key: string): boolean =>
  entry.trigger === trigger.name && entry.role === role && (entry.key === null || entry.key === key);

/** Did a negated event already happen in `[from, to)`? */
export const isNegated = (draft: Draft, trigger: CompiledTrigger, key: string, from: Instant, to: Instant): boolean =>
  draft.state.remembered.some(
    (entry) => holdsFor(entry, trigger, 'not', key) && entry.times.some((time) => time >= from && time < to),
  );

/** Did an exit event already happen at or after `from`? */
export const isExited = (draft: Draft, trigger: CompiledTrigger, key: string, from: Instant): boolean =>
  draft.state.remembered.some((entry) => holdsFor(entry, trigger, 'exit', key) && entry.times.some((time) => time >= from));
