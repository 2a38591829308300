import { deriveId, type Instant, type Json, type JsonObject } from '@tripline/kernel';
import type { Event } from './event.js';
import { isAnonymous, userIdOf, type PersonKey } from './person.js';

/**
 * The records by which the tasks of two ids of one person come to act as one. All go from `a:<anonymousId>` to `u:<userId>` or back; each
 * lies in the partition of its `person`, names are given by the input, and one that comes again changes nothing.
 */

/** An identify or alias named both ids. `timestamp` is the event's: of two links of one anonymous id the later counts from then on. */
export type Link = {
  readonly kind: 'link';
  readonly id: string;
  readonly person: PersonKey;
  readonly user: PersonKey;
  readonly timestamp: Instant;
  readonly received: Instant;
};

/** What the anonymous id's task knew when it was first linked, once and for all. `state` is a person's state as tasks store it, its form first. */
export type Handoff = {
  readonly kind: 'handoff';
  readonly id: string;
  readonly person: PersonKey;
  readonly from: PersonKey;
  readonly received: Instant;
  readonly state: readonly Json[];
};

/** The user's task asks the anonymous id's whether there is more: all that was received before `due` must have been forwarded before it is answered. */
export type Probe = {
  readonly kind: 'probe';
  readonly id: string;
  readonly person: PersonKey;
  readonly user: PersonKey;
  readonly due: Instant;
};

/** All that was received under `from` before `due`, as far as it is this person's, is in their partition before this record. */
export type Answer = {
  readonly kind: 'answer';
  readonly id: string;
  readonly person: PersonKey;
  readonly from: PersonKey;
  readonly due: Instant;
};

export type OfIdentity = Link | Handoff | Probe | Answer;

/** One handoff, as JSON: with others it still fits into one request to the log. What gives way first is for who makes it. */
export const HANDOFF_BYTES_MAX = 400_000;

/**
 * The links that a call makes: an identify or alias that names a userId and an anonymousId; an alias' `previousId` is one too. Everything
 * else goes to the user alone.
 */
export function linksOf(event: Event): readonly Link[] {
  const { person: user, timestamp, received } = event;
  if (userIdOf(user) === undefined) return [];
  return anonymousIdsOf(event).map((person) => ({
    kind: 'link',
    id: deriveId('lnk', person, user, String(timestamp)),
    ...{ person, user, timestamp, received },
  }));
}

/** The anonymous persons that the event says are this user too, the newest last. */
export function anonymousIdsOf({ type, anonymousId, properties }: Event): readonly PersonKey[] {
  if (type !== 'identify' && type !== 'alias') return [];
  const { previousId } = properties;
  const ids = [type === 'alias' && typeof previousId === 'string' ? previousId : undefined, anonymousId];
  return [...new Set(ids.flatMap((id) => (id === undefined ? [] : [`a:${id}`])))];
}

const isInstant = (value: unknown): value is Instant => Number.isSafeInteger(value);
const isAnonymousKey = (value: unknown): boolean => typeof value === 'string' && isAnonymous(value);
const isUserKey = (value: unknown): boolean => typeof value === 'string' && userIdOf(value) !== undefined;

export const isLink = (input: JsonObject): input is JsonObject & Link =>
  typeof input['id'] === 'string' &&
  isAnonymousKey(input['person']) &&
  isUserKey(input['user']) &&
  isInstant(input['timestamp']) &&
  isInstant(input['received']);

export const isHandoff = (input: JsonObject): input is JsonObject & Handoff =>
  typeof input['id'] === 'string' &&
  isUserKey(input['person']) &&
  isAnonymousKey(input['from']) &&
  isInstant(input['received']) &&
  Array.isArray(input['state']);

export const isProbe = (input: JsonObject): input is JsonObject & Probe =>
  typeof input['id'] === 'string' && isAnonymousKey(input['person']) && isUserKey(input['user']) && isInstant(input['due']);

export const isAnswer = (input: JsonObject): input is JsonObject & Answer =>
  typeof input['id'] === 'string' && isUserKey(input['person']) && isAnonymousKey(input['from']) && isInstant(input['due']);
