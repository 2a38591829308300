import {
  accept,
  decodeUtf8,
  encodeUtf8,
  isJsonObject,
  parseWellFormedJson,
  refuse,
  type Instant,
  type JsonObject,
  type Parsed,
} from '@tripline/kernel';
import type { Event } from './event.js';
import { isAnswer, isHandoff, isLink, isProbe, type OfIdentity } from './identity.js';
import type { PersonKey } from './person.js';

/** A record by which the log is asked what time it is: everything received before `upTo` is in the log before this record. */
export type Tick = { readonly kind: 'tick'; readonly upTo: Instant };

/**
 * A change of what is in force, at a definite place in the order. `revision` grows with every change of the same `name`;
 * one that is not greater than the last seen changes nothing.
 */
export type Control = {
  readonly kind: 'control';
  /** What it is about; absent: a trigger. Names of triggers and of segments do not meet; `history` and `settings` have no names. */
  readonly of?: 'segment' | 'history' | 'settings';
  readonly name: string;
  readonly revision: number;
  readonly change: ControlChange;
};
export type ControlChange =
  | { readonly type: 'publish'; readonly version: number; readonly document: JsonObject; readonly openRuns: 'drain' | 'cancel' }
  | { readonly type: 'withdraw' }
  /** Of a trigger only: nothing of it begins until it is resumed; what is open goes on. */
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | HistoryComplete
  | SettingsChange;

/**
 * All that happened from `completeFrom` on is in the log before this record, for what was published at a revision below `before`: that was in
 * force while it came, and has remembered it.
 */
export type HistoryComplete = { readonly type: 'history'; readonly completeFrom: Instant; readonly before: number };

/**
 * What the engine reads beside documents and events, from this record on. `zone`: the IANA name of the zone of whatever names none. `zoneData`: the version
 * of the zone data that whoever wrote it was built with. `semantics`: the number of the engine's own semantics, from 1; absent: what is in force stays.
 */
export type Settings = { readonly zone: string; readonly zoneData: string; readonly semantics?: number };
export type SettingsChange = { readonly type: 'settings' } & Settings;

/** An operator says that a person who was set aside may go on. `id` names the record; of somebody who is not aside it changes nothing. */
export type Release = { readonly kind: 'release'; readonly id: string; readonly person: PersonKey; readonly received: Instant };

/**
 * What a task reads from its partition of `tripline.events`; nothing else reaches it. Erasure will be a further kind. A kind
 * this build does not know stops the task: it must not be passed over.
 */
export type TaskInput = ({ readonly kind: 'event' } & Event) | Tick | Control | OfIdentity | Release;

/** Written first in every event, so that the name is found without parsing: see `peekEventName`. */
const EVENT_PREFIX = '{"kind":"event","name":';
const PREFIX_BYTES = encodeUtf8(EVENT_PREFIX);
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** The value of a record of `tripline.events`. Only Tripline's services write it, and only through this. */
export function encodeTaskInput(input: TaskInput): Uint8Array {
  if (input.kind !== 'event') return encodeUtf8(JSON.stringify(input));
  const { kind, name, ...rest } = input;
  return encodeUtf8(JSON.stringify({ kind, name, ...rest }));
}

/** Is it an event of ours, by its first bytes? Nothing is parsed. */
export function beginsAsEvent(value: Uint8Array): boolean {
  for (let i = 0; i < PREFIX_BYTES.length; i++) if (value[i] !== PREFIX_BYTES[i]) return false;
  return true;
}

/** Where the event's name stands in the bytes, `[from, to)`; undefined where the record is no event or its name needs unescaping. */
export type NameSpan = { from: number; to: number };

/**
 * Finds the name of an event without parsing it, into `span` (reused, so that the hot path allocates nothing).
 * False: parse the record to learn what it is.
 */
export function peekEventName(value: Uint8Array, span: NameSpan): boolean {
  const start = PREFIX_BYTES.length;
  if (!beginsAsEvent(value) || value[start] !== QUOTE) return false;
  for (let i = start + 1; i < value.length; i++) {
    const byte = value[i];
    if (byte === BACKSLASH) return false;
    if (byte === QUOTE) {
      span.from = start + 1;
      span.to = i;
      return true;
    }
  }
  return false;
}

const isInstant = (value: unknown): value is Instant => Number.isSafeInteger(value);

/** Reads what `encodeTaskInput` wrote; its text is well-formed from here on, as state must be. The shape is checked lightly: a record somebody else wrote is refused, not trusted. */
export function parseTaskInput(value: Uint8Array): Parsed<TaskInput> {
  const input = parseWellFormedJson(decodeUtf8(value));
  if (!isJsonObject(input)) return refuse({ path: '', message: 'not a JSON object' });
  const kind = input['kind'];
  if (kind === 'event') return isEvent(input) ? accept(input) : refuse({ path: '', message: 'not an event of ours' });
  if (kind === 'tick')
    return isInstant(input['upTo']) ? accept(input as Tick) : refuse({ path: 'upTo', message: 'not an instant' });
  if (kind === 'control') return isControl(input) ? accept(input) : refuse({ path: '', message: 'not a control record of ours' });
  const check = typeof kind === 'string' ? OF_PERSON.get(kind) : undefined;
  if (check !== undefined)
    return check(input) ? accept(input) : refuse({ path: '', message: `not a record of ours: ${JSON.stringify(kind)}` });
  return refuse({ path: 'kind', message: `unknown kind ${JSON.stringify(kind)}` });
}

type Check = (input: JsonObject) => input is JsonObject & (OfIdentity | Release);
const OF_PERSON: ReadonlyMap<string, Check> = new Map<string, Check>([
  ['link', isLink],
  ['handoff', isHandoff],
  ['probe', isProbe],
  ['answer', isAnswer],
  ['release', isRelease],
]);

function isRelease(input: JsonObject): input is JsonObject & Release {
  return typeof input['id'] === 'string' && typeof input['person'] === 'string' && isInstant(input['received']);
}

function isEvent(input: JsonObject): input is JsonObject & TaskInput {
  return (
    typeof input['id'] === 'string' &&
    typeof input['name'] === 'string' &&
    typeof input['type'] === 'string' &&
    typeof input['person'] === 'string' &&
    isInstant(input['timestamp']) &&
    isInstant(input['received']) &&
    isJsonObject(input['properties'])
  );
}

function isControl(input: JsonObject): input is JsonObject & Control {
  const change = input['change'];
  return (
    typeof input['name'] === 'string' &&
    (input['of'] === undefined || typeof input['of'] === 'string') &&
    Number.isSafeInteger(input['revision']) &&
    isJsonObject(change) &&
    typeof change['type'] === 'string'
  );
}
