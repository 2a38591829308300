import { assert, type Instant, type JsonObject } from '@tripline/kernel';
import { packCalendar, unpackCalendar, type StoredCalendar } from './calendar-codec.js';
import { packSegments, unpackSegments, type StoredSegments } from './membership-codec.js';
import { after, at, none, pack, type Maybe, type Packed, type Writable } from './packed.js';
import { packIdentity, unpackIdentity, type StoredIdentity } from '../identity/identity.js';
import { unpackForm, upgraded } from './upgrades.js';
import type { Decided, Forgotten, Gap, PersonState, Quiet, Remembered } from './person-state.js';
import { packRun, unpackRun, type StoredRun } from './run-codec.js';

/** Counts up when the form changes: then `upgrades.ts` leads from the one before to it. A build stops at forms it does not know. */
const FORM = 4;

/** The bytes a task keeps of a person. `decodePerson` reads them back to the same value. */
export const encodePerson = (state: PersonState): Uint8Array => pack(packPerson(state));

/**
 * What `encodePerson` writes: names left out. Instants are written as what they are after `since` of the message ids, which is near all of
 * them: small numbers are shorter and faster.
 */
export function packPerson(state: PersonState): Packed {
  const { traits, revision, traitsAt, messages, runs, remembered, quiet, decided, counted } = state;
  const zero = messages.since;
  const packed: unknown[] = [
    FORM,
    zero,
    revision,
    traitsAt,
    traits,
    messages.current,
    messages.before,
    runs.map((run) => packRun(run, zero)),
    remembered.map((each) => packRemembered(each, zero)),
    quiet.map((q) => [
      q.trigger,
      q.last - zero,
      after(q.armed, zero),
      after(q.due, zero),
      ...(q.told === undefined ? [] : [q.told]),
    ]),
    decided.map((d) => [d.trigger, d.key, d.from - zero, d.decided - zero, d.until - zero]),
    counted,
  ];
  if (hasRare(state)) packed.push(...packRare(state, zero));
  return packed;
}

const hasRare = ({ segments, calendar, ahead, identity, forgotten, happened, gap }: PersonState): boolean =>
  segments.length > 0 || (calendar ?? ahead ?? identity ?? forgotten ?? happened ?? gap) !== undefined;

/** What few have, without what they have none of at the end. */
function packRare({ segments, calendar, ahead, identity, forgotten, happened, gap }: PersonState, zero: Instant): Packed {
  const packed = [
    segments.length === 0 ? null : packSegments(segments, zero),
    calendar === undefined ? null : packCalendar(calendar, zero),
    none(ahead),
    identity === undefined ? null : packIdentity(identity),
    none(forgotten?.map((f) => [f.trigger, f.test, f.at - zero, f.until - zero])),
    none(happened?.map((h) => [h.name, h.timestamp - zero, h.received - h.timestamp, h.properties])),
    none(gap),
  ];
  return packed.slice(0, packed.findLastIndex((each) => each !== null) + 1);
}

function packRemembered({ trigger, test, key, until, times, cut, events, late }: Remembered, zero: Instant): Packed {
  const head = [trigger, test, key, until - zero, times.map((time) => time - zero), cut ? 1 : 0];
  if (late !== undefined) return [...head, none(events), late.map(({ at, received }) => [at - zero, received - at])];
  return events === undefined ? head : [...head, events];
}

/** Reads what `encodePerson` wrote; anything else is an assertion: stored state is ours or broken. */
export const decodePerson = (bytes: Uint8Array): PersonState => unpackPerson(unpackForm(bytes));

/** The same, of what the bytes parse to: as it stands in a handoff. */
export function unpackPerson(packed: unknown): PersonState {
  const newest = upgraded(packed);
  assert(Array.isArray(newest) && newest[0] === FORM, 'a person is stored in a form this build does not know');
  const stored = newest as Stored;
  const zero = stored[1];
  const state: Writable<PersonState> = {
    traits: stored[4],
    revision: stored[2],
    traitsAt: stored[3],
    messages: { since: zero, current: stored[5], before: stored[6] },
    runs: stored[7].map((run) => unpackRun(run, zero)),
    remembered: stored[8].map((each) => unpackRemembered(each, zero)),
    quiet: stored[9].map((each) => unpackQuiet(each, zero)),
    decided: stored[10].map((each) => unpackDecided(each, zero)),
    counted: stored[11],
    segments: unpackSegments(stored[12] ?? undefined, zero),
  };
  if (stored[13] !== undefined && stored[13] !== null) state.calendar = unpackCalendar(stored[13], zero);
  if (stored[14] !== undefined && stored[14] !== null) state.ahead = stored[14];
  if (stored[15] !== undefined && stored[15] !== null) state.identity = unpackIdentity(stored[15]);
  if (stored[16] !== undefined && stored[16] !== null) state.forgotten = stored[16].map((each) => unpackForgotten(each, zero));
  if (stored[17] !== undefined && stored[17] !== null) state.happened = stored[17].map((each) => unpackHappening(each, zero));
  if (stored[18] !== undefined) state.gap = stored[18];
  return state;
}

type Stored = [
  ...[form: number, zero: Instant, revision: number, traitsAt: Instant, traits: JsonObject],
  ...[current: number[], before: number[], runs: StoredRun[]],
  remembered: [
    string,
    string,
    Maybe<string>,
    number,
    number[],
    number,
    Maybe<NonNullable<Remembered['events']>>?,
    [span: number, delay: number][]?,
  ][],
  quiet: [string, number, Maybe<number>, Maybe<number>, number?][],
  decided: [string, string, number, number, number][],
  counted: PersonState['counted'],
  ...rare: [
    segments?: Maybe<StoredSegments>,
    calendar?: Maybe<StoredCalendar>,
    ahead?: Maybe<NonNullable<PersonState['ahead']>>,
    identity?: Maybe<StoredIdentity>,
    forgotten?: Maybe<[Maybe<string>, Maybe<string>, number, number][]>,
    happened?: Maybe<[string, number, number, JsonObject][]>,
    gap?: Gap,
  ],
];

function unpackRemembered(r: Stored[8][number], zero: Instant): Remembered {
  const entry: Writable<Remembered> = {
    trigger: r[0],
    test: r[1],
    key: r[2],
    times: r[4].map((span) => at(zero, span)),
    cut: r[5] === 1,
    until: at(zero, r[3]),
  };
  if (r[6] !== undefined && r[6] !== null) entry.events = r[6];
  if (r[7] !== undefined) entry.late = r[7].map(([span, delay]) => ({ at: at(zero, span), received: at(zero, span + delay) }));
  return entry;
}

function unpackQuiet(q: Stored[9][number], zero: Instant): Quiet {
  const quiet: Writable<Quiet> = { trigger: q[0], last: at(zero, q[1]) };
  if (q[2] !== null) quiet.armed = at(zero, q[2]);
  if (q[3] !== null) quiet.due = at(zero, q[3]);
  if (q[4] !== undefined) quiet.told = q[4];
  return quiet;
}

const unpackForgotten = (f: readonly [Maybe<string>, Maybe<string>, number, number], zero: Instant): Forgotten => ({
  trigger: f[0],
  test: f[1],
  at: at(zero, f[2]),
  until: at(zero, f[3]),
});

const unpackHappening = ([name, span, delay, properties]: readonly [string, number, number, JsonObject], zero: Instant) => ({
  ...{ name, properties },
  timestamp: at(zero, span),
  received: at(zero, span + delay),
});

const unpackDecided = (d: Stored[10][number], zero: Instant): Decided => ({
  trigger: d[0],
  key: d[1],
  from: at(zero, d[2]),
  decided: at(zero, d[3]),
  until: at(zero, d[4]),
});
