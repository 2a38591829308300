import { plus, type Duration } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { causeOf } from './cause.js';
import type { CompiledTrigger, EventPart, Roles } from './compiled-trigger.js';
import type { Draft } from './draft.js';
import { isAccepted, surely } from './event-test.js';
import { hasLeft } from './exits.js';
import { withAlias } from './kept.js';
import { collectInto } from './lets.js';
import { isExited } from './memory.js';
import { RUNS_MAX, type Run } from './person-state.js';
import { isSameAttempt, repeat } from './repeat.js';
import { enter } from './sequence.js';
import { withSince } from './since.js';
import { lengthOf } from './window.js';

/**
 * What a first event does: it repeats the open attempt of its key, or opens one.
 * I1. One open attempt per person, trigger name and key, across versions, unless `parallel`.
 * I2. What is unknown, too old, too deep, or decided before it reached us opens nothing.
 */
export function openOrRepeat(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  const [first] = trigger.parts;
  if (!roles.opens || first?.kind !== 'event' || event.historical === true || event.causedBy?.trigger === trigger.name) return;
  const key = keyOf(draft, trigger, first, event);
  if (key === undefined || !surely(draft, trigger, first, event, undefined)) return;
  if (!isAccepted(event, trigger.accept)) return draft.note('event-late', trigger.name);
  const depth = causeOf(draft, trigger, event);
  if (depth === undefined) return;
  const open = trigger.trigger.onRepeat === 'parallel' ? [] : openAttempts(draft, trigger, key, event);
  for (const run of open) if (run.version === trigger.version) repeat(draft, trigger, first, run, event, depth);
  if (open.length === 0 && trigger.live && mayOpen(draft, trigger, key, event)) openRun(draft, trigger, first, key, event, depth);
}

function keyOf(draft: Draft, trigger: CompiledTrigger, first: EventPart, event: Event): string | undefined {
  const key = first.key(event.properties);
  if (typeof key === 'string') return key;
  draft.note('event-unknown', trigger.name);
  return undefined;
}

const openAttempts = (draft: Draft, trigger: CompiledTrigger, key: string, event: Event): readonly Run[] =>
  draft.state.runs.filter((run) => run.trigger === trigger.name && run.key === key && isSameAttempt(trigger, run, event));

function mayOpen(draft: Draft, trigger: CompiledTrigger, key: string, event: Event): boolean {
  const refused = isDecided(trigger, event)
    ? 'event-late'
    : isExited(draft, trigger, key, event.timestamp)
      ? 'opening-exited'
      : runsAreFull(draft);
  if (refused !== undefined) draft.note(refused, trigger.name);
  return refused === undefined;
}

/** Its window was decided before it reached us; the clock is not asked. */
function isDecided(trigger: CompiledTrigger, { timestamp, received }: Event): boolean {
  const length = lengthOf(trigger, 1);
  return length !== undefined && plus(timestamp, (length + trigger.settle) as Duration) <= received;
}

const runsAreFull = (draft: Draft): 'runs-full' | undefined => (draft.state.runs.length >= RUNS_MAX ? 'runs-full' : undefined);

function openRun(draft: Draft, trigger: CompiledTrigger, first: EventPart, key: string, event: Event, depth: number): void {
  const at = event.timestamp;
  const aliases = withAlias(draft, trigger, {}, first.alias, event);
  const run = draft.add(
    collectInto(
      draft,
      trigger,
      withSince(trigger, newRun(trigger, key, event.id, at, { depth, aliases }), first.alias, at),
      event,
    ),
  );
  if (hasLeft(draft, trigger, run)) return draft.remove(run);
  enter(draft, trigger, run, 1, at, event.received);
}

/** A run at its beginning, with no timer yet. */
export const newRun = (
  { name, version }: CompiledTrigger,
  key: string,
  opener: string,
  at: Run['start'],
  more: Pick<Run, 'depth' | 'aliases'>,
): Run => ({
  trigger: name,
  version,
  key,
  opener,
  opened: at,
  start: at,
  phase: 'matching',
  position: 0,
  from: at,
  deadline: at,
  due: at,
  lists: {},
  counted: false,
  actions: [],
  ...more,
});
