import { assert, type Instant } from '@tripline/kernel';
import { decideDated } from './calendar/calendar.js';
import { cancelKnown } from './condition/cancel.js';
import type { Draft } from './draft.js';
import { isOnlyWatched } from './journey/goal.js';
import { decideQuiet } from './condition/inactivity.js';
import { decide } from './condition/matching.js';
import { closeSilent } from './journey/outcomes.js';
import { isAside } from './person/is-aside.js';
import type { Dated, Membership, PersonState, Quiet, Run } from './person/person-state.js';
import { decideMembership } from './segment/segments.js';
import { goOn } from './journey/steps.js';
import { lookAgain } from './identity/unpublished.js';
import { tellMemberships } from './segment/telling.js';
import { SILENCE_AFTER_EXPIRY } from './journey/watching.js';

/** Decisions one timer may take: every run with every step, and as much again. */
const DECISIONS_MAX = 20_000;

export type PendingTimer = { readonly due: Instant; readonly deadline: Instant };
type Pending = PendingTimer & What;
type What = { readonly run?: Run; readonly quiet?: Quiet; readonly membership?: Membership; readonly dated?: Dated };

/** The earliest thing a person waits for: what a task keeps as their one timer. While a user's other ids are asked, or they are set aside, nothing is decided. */
export function nextTimer(state: PersonState): PendingTimer | undefined {
  const isHeld = state.identity?.asking !== undefined || isAside(state);
  const next = isHeld ? undefined : earliest(state);
  return next === undefined ? undefined : { due: next.due, deadline: next.deadline };
}

/** Is anything due by then? */
export function isRipe({ runs, quiet, segments, calendar }: PersonState, by: Instant): boolean {
  const isBy = ({ due }: { readonly due?: Instant }): boolean => due !== undefined && due <= by;
  return (
    runs.some(isBy) || quiet.some(isBy) || segments.some(isBy) || (calendar?.dates.some(({ next }) => isBy(next ?? {})) ?? false)
  );
}

/** Decides everything with deadline + settle ≤ `due`: by that instant, then deadline, then run; what becomes ripe meanwhile too. */
export function fireTimers(draft: Draft, due: Instant): void {
  for (let decisions = 0; ; decisions++) {
    const next = earliest(draft.state);
    if (next === undefined || next.due > due) return;
    assert(decisions < DECISIONS_MAX, 'each decision moves a run on or ends it');
    draft.now = next.due;
    if (next.run !== undefined) decideRun(draft, next.run);
    else if (next.quiet !== undefined) decideQuiet(draft, next.quiet);
    else if (next.membership !== undefined) tellMemberships(draft, decideMembership(draft, next.membership, next.due));
    else if (next.dated !== undefined) decideDated(draft, next.dated);
  }
}

function earliest({ runs, quiet, segments, calendar }: PersonState): Pending | undefined {
  let next: Pending | undefined;
  for (const run of runs) next = sooner(next, { due: run.due, deadline: run.deadline, run });
  for (const each of quiet)
    if (each.due !== undefined && each.armed !== undefined)
      next = sooner(next, { due: each.due, deadline: each.armed, quiet: each });
  for (const each of segments)
    if (each.due !== undefined && each.armed !== undefined)
      next = sooner(next, { due: each.due, deadline: each.armed, membership: each });
  for (const dated of calendar?.dates ?? [])
    if (dated.next !== undefined) next = sooner(next, { due: dated.next.due, deadline: dated.next.at, dated });
  return next;
}

function sooner(best: Pending | undefined, next: Pending): Pending {
  if (best === undefined) return next;
  const later = next.due - best.due || next.deadline - best.deadline;
  return later < 0 || (later === 0 && orderOf(next) < orderOf(best)) ? next : best;
}

/** At the same instant segments come first, so that what is decided then knows of them. */
function orderOf({ run, quiet, dated, membership }: What): string {
  if (run !== undefined) return `${run.trigger}\u0000${run.key}\u0000${run.opener}`;
  return quiet?.trigger ?? dated?.trigger ?? `\u0000${membership?.segment}`;
}

function decideRun(draft: Draft, run: Run): void {
  if (run.awaits !== undefined) return lookAgain(draft, run, run.awaits);
  const trigger = draft.triggerOf(run);
  if (isOnlyWatched(run)) return draft.remove(run);
  if (run.phase === 'completing' || run.phase === 'watched') return closeSilent(draft, run, run.deadline, SILENCE_AFTER_EXPIRY);
  if (trigger === undefined) return draft.remove(run);
  if (run.phase === 'waiting') return void goOn(draft, trigger, run, { decided: run.deadline, ready: run.due });
  const used = decide(draft, trigger, run, run.deadline, run.due);
  cancelKnown(draft, trigger, run, used);
}
