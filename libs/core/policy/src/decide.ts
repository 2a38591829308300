import { earlier, milliseconds, minutes, plus, type Duration, type Instant } from '@tripline/kernel';
import { addressOf, needsAddress, type Decision, type Reason } from '@tripline/model';
import type { GatePolicy, Look } from './gate-facts.js';

/** How soon what is held by a pause is looked at again, unless a switch is moved before: rarely, for a pause may hold a million. */
export const PAUSE_LOOK: Duration = minutes(10);
/** How soon an action is looked at again whose profile has not come yet. */
export const PROFILE_LOOK: Duration = milliseconds(100);
/** An action is handed over at most so often. */
export const HANDOVERS_MAX = 12;

type Dropped = Extract<Decision, { kind: 'drop' }>['status'];
type Refusal = Decision | undefined;
/** Objects, holds, or has nothing to say. */
type Rule = (look: Look, now: Instant, policy: GatePolicy) => Refusal;

const drop = (reason: Reason, status: Dropped = 'dropped'): Refusal => ({ kind: 'drop', status, reason });
/** Never past expiry: that an action is too late is seen at once. */
const hold = (look: Look, reason: Reason, until: Instant): Refusal => ({
  kind: 'hold',
  reason,
  until: earlier(until, look.action.expires),
});

/**
 * The rules in their order; the first that objects decides. A pause stands behind what no waiting can mend, so that a message recalled
 * while it is held is told as recalled at once; and before staleness, which is judged at the first look only.
 * Caps, quiet hours, hold-out and rate come behind suppression.
 */
const RULES: readonly Rule[] = [
  ({ facts }) => (facts.stopped ? drop('stopped') : undefined),
  ({ facts }) => (facts.withdrawn ? drop('trigger-withdrawn') : undefined),
  ({ facts }) => (facts.recalled ? drop('recalled', 'recalled') : undefined),
  ({ action }, now) => (now >= action.expires ? drop('expired', 'expired') : undefined),
  ({ facts }) => (facts.paused === 'drop' ? drop('trigger-paused') : undefined),
  (look, now) => (look.facts.paused === 'hold' ? hold(look, 'trigger-paused', plus(now, PAUSE_LOOK)) : undefined),
  (look, now) => (isStale(look, now) ? drop('stale', 'expired') : undefined),
  ({ attempts }) => (attempts >= HANDOVERS_MAX ? drop('attempts-exhausted', 'failed') : undefined),
  (look, now) => (isBehind(look) ? hold(look, 'profile-behind', plus(now, PROFILE_LOOK)) : undefined),
  (look) => (needsAddress(look.action.channel) && addressFor(look) === undefined ? drop('no-address') : undefined),
  (look, _now, policy) => (isPermitted(look, policy) ? undefined : drop('no-consent')),
  ({ facts }) => (facts.suppressed ? drop('suppressed') : undefined),
];

/** May this action go now? Send, hold until, or drop because: the same facts, the same answer. */
export function decide(look: Look, now: Instant, policy: GatePolicy): Decision {
  for (const rule of RULES) {
    const refusal = rule(look, now, policy);
    if (refusal !== undefined) return refusal;
  }
  const to = addressFor(look);
  return to === undefined ? { kind: 'send' } : { kind: 'send', to };
}

const isStale = ({ action, firstLook }: Look, now: Instant): boolean => firstLook && now > plus(action.ready, action.grace);
const isBehind = ({ action, facts }: Look): boolean => action.profileRevision > (facts.profile?.revision ?? 0);
const addressFor = ({ action, facts }: Look): string | undefined => addressOf(action.channel, facts.profile?.traits ?? {});

/** Only marketing to a person asks for permission: a webhook speaks to a machine of ours. */
function isPermitted({ action, facts }: Look, policy: GatePolicy): boolean {
  if (action.purpose === 'transactional' || action.channel === 'webhook') return true;
  return facts.consent ?? policy.consent === 'assumed';
}
