import type { Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { causeOf } from '../journey/cause.js';
import type { CompiledTrigger, Roles } from '../compile/compiled-trigger.js';
import type { Leaf } from '../compile/condition.js';
import type { Draft } from '../draft.js';
import { isAccepted, isKnownToBe, surely } from './event-test.js';
import { hasLeft } from '../journey/exits.js';
import type { Fact } from './fact.js';
import { collectInto } from '../journey/lets.js';
import { makeFact } from './make-fact.js';
import { decide, offer, verdictOn } from './matching.js';
import { exitedSince, rememberedFacts } from './memory.js';
import { RUNS_MAX, type Run } from '../person/person-state.js';
import type { Interest } from '../compile/program.js';
import { isSameAttempt, repeat } from './repeat.js';

/** Offers an event to the attempts of a trigger; one that none takes repeats or opens one. `spent`: the triggers of which an attempt took it, in whatever version. */
export function offerOrOpen(draft: Draft, { trigger, roles }: Interest, event: Event, spent: Set<string>): void {
  const { moved, taken } = offer(draft, trigger, roles, event);
  if (moved || taken) spent.add(trigger.name);
  if (!spent.has(trigger.name)) openOrRepeat(draft, trigger, roles, event);
}

/**
 * What a first event does: it repeats the open attempt of its key, or opens one.
 * I1. One open attempt per person, trigger name and key, across versions, unless `parallel`.
 * I2. What is unknown, too old, too deep, or decided before it reached us opens nothing.
 */
function openOrRepeat(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  if (event.historical === true) return;
  if (event.causedBy?.trigger === trigger.name) return draft.trace?.('cause-own', trigger, undefined);
  for (const leaf of roles.opens) if (openByLeaf(draft, trigger, roles, leaf, event)) return;
}

/** Answers whether it was such an event. */
function openByLeaf(draft: Draft, trigger: CompiledTrigger, roles: Roles, leaf: Leaf, event: Event): boolean {
  const key = keyOf(draft, trigger, leaf, event);
  if (key === undefined || !surely(draft, trigger, leaf, event, undefined)) return false;
  if (!isAccepted(event, trigger.accept)) return noted(draft, trigger, 'event-late');
  const depth = causeOf(draft, trigger, event);
  if (depth === undefined) return true;
  const fresh = once(() => freshRun(draft, trigger, roles, leaf, key, event, depth));
  const open = trigger.trigger.onRepeat === 'parallel' ? [] : openAttempts(draft, trigger, key, fresh, event);
  for (const run of open) if (run.version === trigger.version) repeat(draft, trigger, run, fresh, event);
  if (open.length === 0 && trigger.live) openRun(draft, trigger, fresh(), leaf, event);
  return true;
}

/** Made where it is asked for, and then once: a repeat that changes nothing does not need it. */
function once<T>(make: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= make());
}

function noted(draft: Draft, trigger: CompiledTrigger, name: string): true {
  draft.note(name, trigger.name);
  return true;
}

function keyOf(draft: Draft, trigger: CompiledTrigger, leaf: Leaf, event: Event): string | undefined {
  const key = leaf.key(event.properties);
  if (typeof key === 'string') return key;
  draft.trace?.('key', trigger, undefined, { by: trigger.trigger.by ?? null });
  draft.note('event-unknown', trigger.name);
  return undefined;
}

/** The attempt that the event would open: it counts for every first element that it fits; with what is already there that it must not find. */
function freshRun(
  draft: Draft,
  trigger: CompiledTrigger,
  { opens }: Roles,
  leaf: Leaf,
  key: string,
  event: Event,
  depth: number,
): Run {
  const fits = opens.filter((each) => each === leaf || (each.key(event.properties) === key && isKnownToBe(draft, each, event)));
  const firsts = fits.map((each) => makeFact(draft, trigger, each, event, 0));
  const facts = [...firsts, ...rememberedFacts(draft, trigger, key, event.timestamp, 1, isOfMembership(leaf))];
  return newRun(trigger, key, event.id, event.timestamp, depth, facts);
}

/** The change of a segment comes after the events of its instant: what brought it about does not stand in its way. */
const isOfMembership = ({ extra }: Leaf): boolean => extra?.kind === 'membership';

const openAttempts = (draft: Draft, trigger: CompiledTrigger, key: string, fresh: () => Run, event: Event): readonly Run[] =>
  draft.state.runs.filter(
    (run) => run.trigger === trigger.name && run.key === key && isSameAttempt(draft, trigger, run, fresh, event),
  );

function mayOpen(draft: Draft, trigger: CompiledTrigger, fresh: Run, leaf: Leaf, event: Event): boolean {
  const from = (event.timestamp + (isOfMembership(leaf) ? 1 : 0)) as Instant;
  const refused = isDecided(draft, trigger, fresh, event)
    ? 'event-late'
    : (exitedSince(draft, trigger, fresh.key, from) ??
      (draft.state.runs.length >= RUNS_MAX ? 'runs-full' : trigger.paused ? 'trigger-paused' : undefined));
  if (refused !== undefined) draft.note(refused, trigger.name);
  return refused === undefined;
}

/** Its window was decided before it reached us; the clock is not asked. What looks back from that very moment may still be decided. */
function isDecided(draft: Draft, trigger: CompiledTrigger, fresh: Run, { timestamp, received }: Event): boolean {
  const reached = (received - trigger.settle) as Instant;
  if (reached <= timestamp || verdictOn(draft, trigger, fresh, timestamp).kind !== 'open') return false;
  return verdictOn(draft, trigger, fresh, reached).kind !== 'open';
}

function openRun(draft: Draft, trigger: CompiledTrigger, fresh: Run, leaf: Leaf, event: Event): void {
  if (!mayOpen(draft, trigger, fresh, leaf, event)) return;
  const run = draft.add(collectInto(draft, trigger, fresh, event));
  draft.trace?.('attempt.opened', trigger, run, { key: run.key });
  if (hasLeft(draft, trigger, run)) {
    draft.trace?.('run.over', trigger, run);
    return draft.remove(run);
  }
  decide(draft, trigger, run, run.from, event.received);
}

/** Before anything is decided. */
const NOTHING_YET = 0 as Instant;

/** A run at its beginning, with no timer yet. */
export const newRun = (
  { name, version }: CompiledTrigger,
  key: string,
  opener: string,
  at: Instant,
  depth: number,
  facts: readonly Fact[] = [],
): Run => ({
  trigger: name,
  version,
  key,
  opener,
  opened: at,
  start: at,
  phase: 'matching',
  position: 0,
  from: NOTHING_YET,
  deadline: at,
  due: at,
  facts,
  lists: {},
  counted: false,
  actions: [],
  depth,
});
