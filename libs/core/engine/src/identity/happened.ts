import { hours, later, plus, type Duration, type Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger } from '../compile/compiled-trigger.js';
import { project } from '../compile/names.js';
import type { Draft } from '../draft.js';
import { reachGoal } from '../journey/goal.js';
import { runIdOf } from '../journey/run-id.js';
import { wakeRun } from '../journey/wake.js';
import type { Happening, PersonState, Run } from '../person/person-state.js';

/**
 * What happened that a wait or a goal looks for, kept for runs that come from another id: they began elsewhere, and did not see it.
 * I1. The event itself is kept, once whatever names it, and of it only what waits and goals read: they are judged in their run, as when it came.
 * I2. It is kept no longer than a wait or a goal of what is in force may still look for it, and `HANDOFF_LAG`: what was received later may come first.
 * I3. What gave way is not known to have happened: the wait lasts, at most as long as it may, and the goal is not reached. Neither adds a message.
 * I4. Where only goals look for an event, one between two that are alike, in name and in what is kept of them, and no further apart than the shortest
 *     such window, is not kept: each window with it has one of these, and as long as it is open reaches the goal by that. Its instant alone may be another.
 */

/** Kept for one person; the one that happened first gives way, counted (`happened-full`). */
export const HAPPENED_MAX = 10;
/** Kept of one event, in characters of JSON; one with more is not kept, counted (`happened-full`). */
export const HAPPENED_LENGTH_MAX = 1_024;

/** How long a handoff may be under way while the user goes on; of one that takes longer a wait or a goal may not hear what was over by then. */
export const HANDOFF_LAG = hours(1);

type Known = PersonState['happened'];

/** Outcomes are not kept: they are told to whoever has the run. History ends no wait and reaches no goal. */
export function keepHappened(draft: Draft, event: Event): void {
  const sought = draft.program.sought(event.name);
  if (sought === undefined || event.outcome !== undefined || event.historical === true) return;
  if (event.received >= plus(event.timestamp, sought.for)) return;
  const properties = project(event.properties, sought.reads);
  const { name, timestamp, received } = event;
  if (JSON.stringify(properties).length > HAPPENED_LENGTH_MAX) return draft.note('happened-full');
  const before = (draft.state.happened ?? []).filter((each) => isSought(draft, each, received));
  setHappened(draft, [...before, { name, timestamp, received, properties }]);
}

const isSought = ({ program }: Draft, { name, timestamp }: Happening, now: Instant): boolean => {
  const sought = program.sought(name);
  return sought !== undefined && now < plus(plus(timestamp, sought.for), HANDOFF_LAG);
};

function setHappened(draft: Draft, before: readonly Happening[]): void {
  const all = thinned(draft, before);
  if (all.length > HAPPENED_MAX) draft.note('happened-full');
  const happened = all.length <= HAPPENED_MAX ? all : inOrder(all).slice(-HAPPENED_MAX);
  draft.set({ happened: happened.length === 0 ? undefined : happened });
}

/** I4. One after the other: what surrounds one that was left out stays, or is surrounded itself. */
function thinned(draft: Draft, all: readonly Happening[]): readonly Happening[] {
  if (all.length < 2) return all;
  let left = all.map(asLike);
  for (let needless = between(draft, left); needless !== undefined; needless = between(draft, left))
    left = without(left, needless);
  return left.map(({ event }) => event);
}

/** Two are alike where their texts are the same. */
type Like = { readonly event: Happening; readonly text: string };
const asLike = (event: Happening): Like => ({ event, text: JSON.stringify([event.name, event.properties]) });

const between = (draft: Draft, all: readonly Like[]): Like | undefined => all.find((each) => isBetween(draft, all, each));
const without = (all: readonly Like[], one: Like): Like[] => all.filter((each) => each !== one);

/** Only what came within settle surrounds another: it is in time for whichever window it is in. */
function isBetween({ program }: Draft, all: readonly Like[], one: Like): boolean {
  const { name, timestamp } = one.event;
  const thin = program.sought(name)?.thin;
  if (thin === undefined) return false;
  const times = without(all, one)
    .filter(({ event, text }) => text === one.text && isAtOnce(event, thin.settle))
    .map(({ event }) => event.timestamp);
  const [before] = times.filter((at) => at <= timestamp).toSorted((a, b) => b - a);
  const [after] = times.filter((at) => at >= timestamp).toSorted((a, b) => a - b);
  return before !== undefined && after !== undefined && after - before <= thin.within;
}

const isAtOnce = ({ timestamp, received }: Happening, settle: Duration): boolean =>
  received <= timestamp || received < plus(timestamp, settle);

const inOrder = (all: readonly Happening[]): readonly Happening[] => all.toSorted((a, b) => a.timestamp - b.timestamp);

/** Where each run stands, by its id; one that does not act yet stands nowhere. */
export const standing = ({ person, state }: Draft): ReadonlyMap<string, number> =>
  new Map(state.runs.flatMap((run) => (run.phase === 'matching' ? [] : [[runIdOf(person, run), run.position] as const])));

/** Whose they are, what each side saw, and where the runs stood before anything followed from it. */
type Meeting = {
  readonly from: Run['origin'];
  readonly at: Instant;
  readonly mine: Known;
  readonly theirs: Known;
  readonly stood: ReadonlyMap<string, number>;
};

/**
 * Lets each side's runs see what the other saw, in the order it happened: waits that it ends are over, goals are reached. A run that has
 * moved by then, or that acts only since, sees again what its own side saw: it stood elsewhere when that came.
 */
export function seeHappened(draft: Draft, { from, at, mine = [], theirs = [], stood }: Meeting): void {
  const all = [...mine.map((event) => ({ event, isMine: true })), ...theirs.map((event) => ({ event, isMine: false }))];
  for (const { event, isMine } of all.toSorted((a, b) => a.event.timestamp - b.event.timestamp)) {
    const isNew = (run: Run): boolean =>
      (run.origin !== from) !== isMine || stood.get(runIdOf(draft.person, run)) !== run.position;
    see(draft, event, at, isNew);
  }
  const sought = [...mine, ...theirs].filter((each) => isSought(draft, each, at));
  if (sought.length > 0 || draft.state.happened !== undefined) setHappened(draft, sought);
}

function see(draft: Draft, event: Happening, at: Instant, isNew: (run: Run) => boolean): void {
  const each = (look: (trigger: CompiledTrigger, run: Run) => void): void => {
    for (const run of draft.state.runs.filter(isNew)) {
      const trigger = draft.triggerOf(run);
      if (trigger !== undefined && draft.state.runs.includes(run)) look(trigger, run);
    }
  };
  each((trigger, run) => reachGoal(draft, trigger, run, event));
  each((trigger, run) => wakeRun(draft, trigger, run, event, later(event.received, at)));
}
