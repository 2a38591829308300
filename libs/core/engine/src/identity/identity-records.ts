import { unreachable, type Instant } from '@tripline/kernel';
import {
  anonymousIdsOf,
  isAnonymous,
  type Event,
  type Handoff,
  type Link,
  type OfIdentity,
  type PersonKey,
} from '@tripline/model';
import { answer, hear } from './asking.js';
import type { Draft } from '../draft.js';
import { forward } from './forward.js';
import { makeHandoff } from './handoff.js';
import { DEVICES_MAX, type Device, type Stub } from './identity.js';
import { isRepeated } from '../person/messages-seen.js';
import { unpackPerson } from '../person/person-codec.js';
import { EMPTY_PERSON } from '../person/person-state.js';
import { takeOver } from './take-over.js';

/**
 * Two ids become one person.
 * I1. A link goes from an anonymous id to a user. The first one hands over all that is known, once and for all; nothing is handed over to a
 *     second user.
 * I2. Of two links the one whose event happened later counts from then on, in whatever order they come.
 * I3. Each record that comes again changes nothing.
 * Answers up to when may be decided now, where that is known.
 */
export function applyIdentity(draft: Draft, record: OfIdentity): Instant | undefined {
  switch (record.kind) {
    case 'link':
      return void onLink(draft, record);
    case 'handoff':
      return void onHandoff(draft, record);
    case 'probe':
      return void answer(draft, record);
    case 'answer':
      return hear(draft, record);
    default:
      return unreachable(record);
  }
}

function onLink(draft: Draft, link: Link): void {
  const { user, timestamp } = link;
  const { stub } = draft.state.identity ?? {};
  if (stub !== undefined) {
    if (timestamp <= stub.at) return;
    if (user !== stub.user) draft.note('link-moved');
    draft.set({ identity: { stub: movedTo(stub, user, timestamp) } });
  } else {
    draft.note('linked');
    handOver(draft, link);
  }
}

/** What waits for a tick waits for it with the user: it is forwarded after the handoff. */
function handOver(draft: Draft, link: Link): void {
  const { ahead = [] } = draft.state;
  const stub = { user: link.user, at: link.timestamp };
  const isKnown = draft.state !== EMPTY_PERSON;
  if (ahead.length > 0) draft.set({ ahead: undefined });
  if (isKnown) draft.outputs.push({ kind: 'tell', input: makeHandoff(draft, link) });
  draft.become({ ...EMPTY_PERSON, identity: { stub } });
  for (const event of ahead) forward(draft, stub, event);
}

/** What was handed over stays with whom it was handed to. */
function movedTo({ user, heir = user }: Stub, next: PersonKey, at: Instant): Stub {
  return heir === next ? { user: next, at } : { user: next, at, heir };
}

function onHandoff(draft: Draft, { id, from, received, state }: Handoff): void {
  const isTaken = draft.state.identity?.devices?.some(({ person, taken }) => person === from && taken === true) === true;
  if (isTaken || isRepeated(draft, id, received)) return draft.note('handoff-repeated');
  addDevice(draft, { person: from, taken: true });
  draft.note('handoff-taken');
  takeOver(draft, { from, at: received, other: unpackPerson(state) });
}

/** A user's identify or alias tells which anonymous ids are theirs, before any handoff of these comes. */
export function learnDevices(draft: Draft, event: Event): void {
  if ((event.type !== 'identify' && event.type !== 'alias') || isAnonymous(draft.person)) return;
  for (const person of anonymousIdsOf(event)) addDevice(draft, knownAs(draft, person));
}

const knownAs = (draft: Draft, person: PersonKey): Device =>
  draft.state.identity?.devices?.find((each) => each.person === person) ?? { person };

/** As the newest; past `DEVICES_MAX` the oldest gives way. */
function addDevice(draft: Draft, device: Device): void {
  const { devices = [], ...rest } = draft.state.identity ?? {};
  const last = devices.at(-1);
  if (last !== undefined && last.person === device.person && last.taken === device.taken) return;
  const others = devices.filter((each) => each.person !== device.person);
  if (others.length >= DEVICES_MAX) draft.note('devices-full');
  draft.set({ identity: { ...rest, devices: [...others, device].slice(-DEVICES_MAX) } });
}
