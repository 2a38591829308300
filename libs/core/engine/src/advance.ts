import { earlier, type Instant } from '@tripline/kernel';
import type { Event, PersonKey } from '@tripline/model';
import { firstAhead, isAhead, keepAhead, takeAhead } from './ahead.js';
import { askFirst } from './identity/asking.js';
import { applyDates, knowPerson, lookAtCalendar, momentOfTimer } from './calendar/calendar.js';
import { applyCancels } from './condition/cancel.js';
import { Draft } from './draft.js';
import { applyExits, applyStates } from './journey/exits.js';
import { reachGoals } from './journey/goal.js';
import { applyIdentity, learnDevices } from './identity/identity-records.js';
import { resetInactivity } from './condition/inactivity.js';
import { forward } from './identity/forward.js';
import { keepHappened } from './identity/happened.js';
import { lookAtAwaiting } from './identity/unpublished.js';
import { reachedUs, type Advanced, type Input } from './input.js';
import { collect } from './journey/lets.js';
import { offer } from './condition/matching.js';
import { rememberEvent } from './condition/memory.js';
import { isRepeated } from './person/messages-seen.js';
import { offerOrOpen } from './condition/opening.js';
import { turnPage } from './journey/bound.js';
import { applyOutcome } from './journey/outcomes.js';
import type { PersonState } from './person/person-state.js';
import { together, type Interest, type Program } from './compile/program.js';
import { endRun, isRecallable, recallsFirst } from './journey/recall.js';
import { countInSegments, refreshSegments } from './segment/segments.js';
import { tellMemberships } from './segment/telling.js';
import { fireTimers } from './timers.js';
import type { Tracer } from './explain/trace.js';
import { applyTraits } from './person/traits.js';
import { wake } from './journey/wake.js';

/**
 * The state of one person after one input, and what follows from it: a pure function. Same program, state and input, same answer, ids
 * included. `tracer` is told why; the answer does not depend on it. `state` is never changed; where nothing changed, it is the one that is answered.
 * I1. What rests on absence is decided by a timer input only, never by an event.
 * I2. Exits are looked at before anything else on the same event.
 * I3. A tick that comes late decides as one on time: see `ahead.ts`.
 * I4. What an event is to later first events (negated, exit) is remembered after it was applied: it does not stand in its own way.
 */
export function advance(
  program: Program,
  person: PersonKey,
  state: PersonState | undefined,
  input: Input,
  tracer?: Tracer,
): Advanced {
  const draft = new Draft(program, person, state, tracer, reachedUs(input));
  endWithdrawn(draft);
  refreshSegments(draft);
  lookAtAwaiting(draft);
  apply(draft, input);
  return { state: draft.result(), outputs: recallsFirst(draft.outputs) };
}

function apply(draft: Draft, input: Input): void {
  if (input.kind === 'event') return takeEvent(draft, input.event);
  if (input.kind === 'release') return;
  const due = input.kind === 'identity' ? applyIdentity(draft, input.record) : askFirst(draft, input);
  if (due !== undefined) applyTimer(draft, due);
  else while (applyAhead(draft));
}

/** Fires what is due, and applies what waited for that as soon as nothing is due before it. */
function applyTimer(draft: Draft, due: Instant): void {
  lookAtCalendar(draft, momentOfTimer(due));
  do fireTimers(draft, earlier(due, firstAhead(draft) ?? due));
  while (applyAhead(draft));
}

/** What nothing names and says nothing of the person needs no state. The ids it names are known at once: what is due asks them too. */
function takeEvent(draft: Draft, event: Event): void {
  const stub = draft.state.identity?.stub;
  if (stub !== undefined) return forward(draft, stub, event);
  learnDevices(draft, event);
  if (!draft.program.takes(event)) return;
  const next = isAhead(draft, event) ? keepAhead(draft, event) : event;
  if (next === undefined) return;
  applyEvent(draft, next);
  while (applyAhead(draft));
}

function applyAhead(draft: Draft): boolean {
  const event = takeAhead(draft);
  if (event === undefined) return false;
  draft.begin(event.received, event);
  applyEvent(draft, event);
  draft.waited = undefined;
  return true;
}

/** Runs of a version that is no longer in force end when their person is next touched. */
function endWithdrawn(draft: Draft): void {
  for (const run of draft.state.runs) {
    if (
      run.awaits !== undefined ||
      draft.triggerOf(run) !== undefined ||
      (run.phase === 'watched' && !run.actions.some(isRecallable))
    )
      continue;
    draft.note('run-withdrawn', run.trigger, run);
    endRun(draft, run, 'withdrawn', draft.now);
  }
}

function applyEvent(draft: Draft, event: Event): void {
  const named = draft.program.interests(event.name);
  const isOurs = event.outcome !== undefined && draft.state.runs.length > 0;
  const isCounted = draft.program.isCounted(event.name);
  if (named.length === 0 && event.traits === undefined && !isOurs && !isCounted) return;
  if (isRepeated(draft, event.id, event.received)) return draft.note('event-repeated');
  const changed = applyTraits(draft, event);
  const told = countInSegments(draft, event);
  const interests = changed ? together(named, draft.program.changes()) : named;
  if (event.historical === true) applyHistorical(draft, interests, event, changed);
  else applyInOrder(draft, interests, event, changed || told.length > 0);
  knowPerson(draft, event);
  for (const { trigger, roles } of interests) rememberEvent(draft, trigger, roles, event);
  keepHappened(draft, event);
  tellMemberships(draft, told);
}

/** Updates what is known at its own time; it may end a run, and opens none, moves none on and sends nothing. */
function applyHistorical(draft: Draft, interests: readonly Interest[], event: Event, changed: boolean): void {
  for (const { trigger, roles } of interests) applyExits(draft, trigger, roles, event);
  if (changed) applyStates(draft, event.timestamp);
  for (const { trigger, roles } of interests) {
    draft.trace?.('event-historical', trigger, undefined);
    applyCancels(draft, trigger, roles, event);
    applyDates(draft, trigger, roles, event);
    offer(draft, trigger, { ...roles, leaves: roles.negates }, event);
    if (roles.resets) resetInactivity(draft, trigger, event);
  }
}

function applyInOrder(draft: Draft, interests: readonly Interest[], event: Event, changed: boolean): void {
  for (const { trigger, roles } of interests) applyExits(draft, trigger, roles, event);
  for (const { trigger, roles } of interests) turnPage(draft, trigger, roles, event);
  if (changed) applyStates(draft, event.timestamp);
  for (const { trigger, roles } of interests) applyCancels(draft, trigger, roles, event);
  for (const { trigger, roles } of interests) applyDates(draft, trigger, roles, event);
  if (event.outcome !== undefined) {
    applyOutcome(draft, event);
    applyStates(draft, event.timestamp);
  }
  for (const { trigger, roles } of interests) reachGoals(draft, trigger, roles, event);
  const spent = new Set<string>();
  for (const interest of interests) applyToTrigger(draft, interest, event, spent);
}

function applyToTrigger(draft: Draft, { trigger, roles }: Interest, event: Event, spent: Set<string>): void {
  collect(draft, trigger, roles, event);
  if (roles.wakes) wake(draft, trigger, event);
  if (roles.resets) resetInactivity(draft, trigger, event);
  offerOrOpen(draft, { trigger, roles }, event, spent);
}
