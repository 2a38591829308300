import { formatInstant, plus, type Instant, type JsonObject } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import { cancel } from './absence.js';
import type { CompiledTrigger, InactivePart } from './compiled-trigger.js';
import { UNKEYED } from './correlation.js';
import type { Draft } from './draft.js';
import { complete } from './firing.js';
import { newRun } from './opening.js';
import { RUNS_MAX, type Quiet, type Run } from './person-state.js';
import { enter } from './sequence.js';
import { withSince } from './since.js';
import { isWithin, timed } from './window.js';

/**
 * Silence of a person for a span, once per spell.
 * I1. A first event is needed; each later one begins the spell anew, by writing one instant: the timer stays where it is.
 * I2. `armed` ≤ `last` + span; when it comes due and `last` has moved on, it is moved, else the spell is told.
 * I3. An event after a spell that is not yet told does not take it back: the spell becomes a run of its own, which a timer decides.
 */
export function resetInactivity(draft: Draft, trigger: CompiledTrigger, event: Event): void {
  const { inactive } = trigger;
  if (inactive === undefined || !isActivity(event)) return;
  for (const run of draft.runsOf(trigger)) returnOf(draft, trigger, run, event);
  if (!trigger.live) return;
  const before = draft.state.quiet.find((quiet) => quiet.trigger === trigger.name);
  if (before !== undefined && before.last >= event.timestamp) return;
  if (before?.armed !== undefined && event.timestamp < plus(before.last, inactive.for))
    return put(draft, before, { ...before, last: event.timestamp });
  if (before?.armed !== undefined) openSpell(draft, trigger, inactive, before.last);
  put(draft, before, armed(trigger, inactive, event));
}

/** Of what became of our own messages only a click or a reply is something the person did. */
const isActivity = ({ outcome }: Event): boolean =>
  outcome === undefined || outcome.status === 'clicked' || outcome.status === 'replied';

/** The person came back (an event of the same instant as the last is no return): a spell that is not decided was none, and what has not gone out is recalled. */
function returnOf(draft: Draft, trigger: CompiledTrigger, run: Run, event: Event): void {
  if (event.timestamp <= (run.since ?? run.from)) return;
  if (run.phase !== 'matching') cancel(draft, run, event);
  else if (trigger.parts[run.position]?.kind === 'inactive' && isWithin(run, event)) draft.remove(run);
}

/** An event whose spell was decided before it reached us arms nothing. */
function armed(trigger: CompiledTrigger, inactive: InactivePart, { timestamp, received }: Event): Quiet {
  const deadline = plus(timestamp, inactive.for);
  const due = plus(deadline, trigger.settle);
  return { trigger: trigger.name, last: timestamp, ...(due <= received ? {} : { armed: deadline, due }) };
}

function put(draft: Draft, before: Quiet | undefined, next: Quiet): void {
  draft.set({ quiet: [...draft.state.quiet.filter((quiet) => quiet !== before), next] });
}

function openSpell(draft: Draft, trigger: CompiledTrigger, inactive: InactivePart, last: Instant): Run | undefined {
  if (draft.state.runs.length >= RUNS_MAX) return void draft.note('runs-full', trigger.name);
  const run = newRun(trigger, UNKEYED, `silent since ${last}`, last, { depth: 0, aliases: spellOf(inactive, last) });
  return draft.add(timed(withSince(trigger, run, inactive.alias, last), plus(last, inactive.for), trigger.settle));
}

const spellOf = ({ alias }: InactivePart, last: Instant): JsonObject =>
  alias === undefined ? {} : { [alias]: { since: formatInstant(last) } };

/** The timer of a spell is due: it moves to where the spell would end now, or the spell is over and told. */
export function decideQuiet(draft: Draft, quiet: Quiet): void {
  const trigger = draft.program.live(quiet.trigger);
  const inactive = trigger?.inactive;
  if (trigger === undefined || inactive === undefined)
    return draft.set({ quiet: draft.state.quiet.filter((each) => each !== quiet) });
  const deadline = plus(quiet.last, inactive.for);
  if (quiet.armed !== undefined && deadline > quiet.armed)
    return put(draft, quiet, { ...quiet, armed: deadline, due: plus(deadline, trigger.settle) });
  put(draft, quiet, { trigger: quiet.trigger, last: quiet.last });
  const run = openSpell(draft, trigger, inactive, quiet.last);
  if (run !== undefined) decideSpell(draft, trigger, run);
}

/** A spell of silence is over: it completes the condition, or its first element. */
export function decideSpell(draft: Draft, trigger: CompiledTrigger, run: Run): void {
  const { deadline, due, from } = run;
  if (trigger.parts.length === 1) complete(draft, trigger, run, { decided: deadline, since: from, ready: due });
  else enter(draft, trigger, run, 1, deadline, due);
}
