import type { Event } from '@tripline/model';
import { membershipEvent } from '../compile/compiled-trigger.js';
import type { Draft } from '../draft.js';
import { applyStates } from '../journey/exits.js';
import { valuesAt } from './membership.js';
import { rememberEvent } from '../condition/memory.js';
import { offerOrOpen } from '../condition/opening.js';
import type { Told } from './segments.js';

/**
 * Tells what a person entered or left: exit states are looked at, then it is to each trigger that names it an event of that instant. Its
 * properties are what the aggregates came to.
 */
export function tellMemberships(draft: Draft, all: readonly Told[]): void {
  for (const told of all) tell(draft, told);
}

function tell(draft: Draft, told: Told): void {
  const { segment, change } = told;
  const event = eventOf(draft, told);
  draft.tell(change.told ? (change.member === true ? 'segment.entered' : 'segment.left') : 'segment.known', () => ({
    segment: segment.name,
    version: segment.version,
    member: change.member ?? 'unknown',
    values: event.properties,
    ...(event.causedBy === undefined ? {} : { cause: event.causedBy.trigger }),
  }));
  applyStates(draft, event.timestamp);
  if (!change.told) return;
  draft.entered = { segment: segment.name, member: change.member === true };
  const interests = draft.program.interests(event.name);
  const spent = new Set<string>();
  for (const interest of interests) offerOrOpen(draft, interest, event, spent);
  for (const { trigger, roles } of interests) rememberEvent(draft, trigger, roles, event);
  draft.entered = undefined;
}

function eventOf({ person }: Draft, { segment, change, received, tallies }: Told): Event {
  const { at, member, cause } = change;
  const name = membershipEvent(segment.name, member === true);
  return {
    ...{ id: `${name} ${at}`, person, type: 'track', name, timestamp: at, received },
    properties: valuesAt(segment, tallies, at),
    ...(cause === undefined ? {} : { causedBy: cause }),
  };
}
