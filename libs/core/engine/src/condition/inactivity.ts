import { formatInstant, plus, type Duration, type Instant, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { CompiledTrigger, Silence } from '../compile/compiled-trigger.js';
import { UNKEYED } from './correlation.js';
import type { Draft } from '../draft.js';
import { isActivity } from './event-test.js';
import type { Fact } from './fact.js';
import { decide } from './matching.js';
import { rememberedFacts } from './memory.js';
import { newRun } from './opening.js';
import { isSameAttempt } from './repeat.js';
import { spellOpener } from './silence.js';
import { RUNS_MAX, type Quiet, type Run } from '../person/person-state.js';
import { timerAt } from './window.js';

/**
 * Silence of a person for a span, once per spell, or again while it lasts.
 * I1. A first event is needed; each later one begins the spell anew, by writing one instant: the timer stays where it is.
 * I2. `armed` is never later than what it is for; when it comes due and `last` has moved on, it is moved, else the spell is told.
 * I3. An event after a spell that is not yet told does not take it back: the spell becomes a run of its own, which a timer decides.
 * I4. A spell that comes due while the trigger is paused passes, counted as if it had been told: none is told late.
 */
export function resetInactivity(draft: Draft, trigger: CompiledTrigger, event: Event): void {
  const { silence } = trigger;
  if (silence === undefined || !isActivity(event) || !trigger.live) return;
  const before = draft.state.quiet.find((quiet) => quiet.trigger === trigger.name);
  if (before !== undefined && before.last >= event.timestamp) return;
  draft.trace?.('silence.begins', trigger, undefined, beginsOf(trigger, silence, event));
  const isPending = before?.armed !== undefined && event.timestamp < endOf(silence, before);
  if (isPending && before.told === undefined) return put(draft, before, { ...before, last: event.timestamp });
  if (before?.armed !== undefined && !isPending) openSpell(draft, trigger, silence, before);
  const told = toldBefore(trigger, silence, event);
  if (event.historical === true && told > 0) draft.note('historical-past', trigger.name);
  put(draft, before, armed(trigger, silence, event, told));
}

const beginsOf = ({ settle }: CompiledTrigger, { for: length }: Silence, { timestamp }: Event): JsonObject => ({
  until: formatInstant(plus(timestamp, length)),
  decidedAt: formatInstant(plus(plus(timestamp, length), settle)),
});

/** When the spell is told next. */
const endOf = ({ for: length, again }: Silence, { last, told = 0 }: Quiet): Instant =>
  plus(last, (length + told * (again?.every ?? 0)) as Duration);

/** An event whose spell was decided before it reached us arms nothing; of one that history tells of, what is still to be told. */
function armed({ name: trigger, settle }: CompiledTrigger, silence: Silence, event: Event, told: number): Quiet {
  const { timestamp: last, historical } = event;
  const isKnown = historical === true && silence.again !== undefined && told > 0;
  const quiet = { trigger, last, ...(isKnown ? { told } : {}) };
  if (told >= (isKnown ? (silence.again?.atMost ?? 1) : 1)) return quiet;
  const deadline = endOf(silence, quiet);
  return { ...quiet, armed: deadline, due: plus(deadline, settle) };
}

/** How often the spell that begins with the event was told by when it reached us, had it been seen in time. */
function toldBefore({ settle }: CompiledTrigger, { for: length, again }: Silence, { timestamp, received }: Event): number {
  const over = received - (timestamp + length + settle);
  return over < 0 ? 0 : again === undefined ? 1 : Math.min(again.atMost, Math.floor(over / again.every) + 1);
}

function put(draft: Draft, before: Quiet | undefined, next: Quiet): void {
  draft.set({ quiet: [...draft.state.quiet.filter((quiet) => quiet !== before), next] });
}

/** The spell that ended as a run of its own, which waits for its timer; what happened since then and is known already counts for it. */
function openSpell(draft: Draft, trigger: CompiledTrigger, silence: Silence, quiet: Quiet): Run | undefined {
  if (draft.state.runs.length >= RUNS_MAX) return void draft.note('runs-full', trigger.name);
  if (trigger.paused) return void draft.note('trigger-paused', trigger.name);
  const { last, told = 0 } = quiet;
  const deadline = endOf(silence, quiet);
  const begun = newRun(trigger, UNKEYED, spellOpener(last, told), (deadline - silence.for) as Instant, 0);
  const since = rememberedFacts(draft, trigger, UNKEYED, (deadline - 1) as Instant, 1, true);
  const facts = [...spellOf(silence, last), ...since];
  const run = { ...begun, opened: last, facts, ...timerAt(deadline, trigger.settle) };
  if (silence.among && isRepeat(draft, trigger, run)) return undefined;
  draft.trace?.('attempt.opened', trigger, run, { silentSince: formatInstant(last) });
  return draft.add(run);
}

/** Where a condition may begin with something else, a spell meets what is open as a further first event does. */
function isRepeat(draft: Draft, trigger: CompiledTrigger, spell: Run): boolean {
  const { onRepeat } = trigger.trigger;
  const event = { timestamp: spell.deadline, received: spell.due };
  const open = draft.runsOf(trigger).find((run) => isSameAttempt(draft, trigger, run, () => spell, event));
  if (open === undefined || onRepeat === 'parallel') return false;
  draft.trace?.('attempt.repeated', trigger, open, { onRepeat, phase: open.phase });
  return true;
}

/** Under its alias a spell is known by when it began; the event of that instant does not end it. */
function spellOf({ leaf, alias, among }: Silence, last: Instant): readonly Fact[] {
  if (alias === undefined && !among) return [];
  const fact = { leaf: leaf.index, at: last, received: last, order: 0, used: true };
  return [alias === undefined ? fact : { ...fact, kept: { since: formatInstant(last) } }];
}

/** The timer of a spell is due: it moves to where the spell would end now, or the spell is over and told. */
export function decideQuiet(draft: Draft, quiet: Quiet): void {
  const trigger = draft.program.live(quiet.trigger);
  const silence = trigger?.silence;
  if (trigger === undefined || silence === undefined)
    return draft.set({ quiet: draft.state.quiet.filter((each) => each !== quiet) });
  const deadline = endOf(silence, quiet);
  if (quiet.armed !== undefined && deadline > quiet.armed)
    return put(draft, quiet, { ...quiet, armed: deadline, due: plus(deadline, trigger.settle) });
  put(draft, quiet, next(trigger, silence, quiet));
  const run = openSpell(draft, trigger, silence, quiet);
  if (run !== undefined) decide(draft, trigger, run, run.deadline, run.due);
}

/** A spell that was told: armed for the next time, if there is one. */
function next({ settle }: CompiledTrigger, silence: Silence, { trigger, last, told = 0 }: Quiet): Quiet {
  const quiet = { trigger, last, told: told + 1 };
  if (silence.again === undefined || quiet.told >= silence.again.atMost)
    return silence.again === undefined ? { trigger, last } : quiet;
  const deadline = endOf(silence, quiet);
  return { ...quiet, armed: deadline, due: plus(deadline, settle) };
}
