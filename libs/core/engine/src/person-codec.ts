import { assert, decodeUtf8, encodeUtf8, parseJson, plus, type Duration, type Instant, type JsonObject } from '@tripline/kernel';
import { packFact, unpackFact, type StoredFact } from './fact-codec.js';
import type { Span } from './fact.js';
import type { Decided, Item, PersonState, Phase, Quiet, Remembered, Run, SentAction } from './person-state.js';

/** Counts up when the form changes; a build reads the forms it knows and stops at others. */
const FORM = 3;
const PHASES: readonly Phase[] = ['matching', 'completing', 'waiting', 'watched'];
/** Hashes have 53 bits; V8 writes and reads numbers of up to 31 bits many times faster. */
const LOW = 2 ** 26;

/** Before anything was decided: far from all other instants, and common. */
const NEVER = 0 as Instant;

type Packed = readonly unknown[];
const none = <T>(value: T | undefined): T | null => value ?? null;

/** The bytes a task keeps of a person: compact JSON, names left out. `decodePerson` reads them back to the same value. */
export const encodePerson = (state: PersonState): Uint8Array => encodeUtf8(personText(state));

/**
 * What `encodePerson` writes, as text: for a caller that has a place for the bytes. Instants are written as what they are after `since`
 * of the message ids, which is near all of them: small numbers are shorter and faster.
 */
export function personText(state: PersonState): string {
  const { traits, revision, traitsAt, messages, runs, remembered, quiet, decided, counted } = state;
  const zero = messages.since;
  return JSON.stringify([
    FORM,
    zero,
    revision,
    traitsAt,
    traits,
    packHashes(messages.current),
    packHashes(messages.before),
    runs.map((run) => packRun(run, zero)),
    remembered.map((r) => [
      r.trigger,
      r.test,
      r.key,
      r.until - zero,
      r.times.map((time) => time - zero),
      r.cut ? 1 : 0,
      ...(r.events === undefined && r.late === undefined ? [] : [none(r.events)]),
      ...(r.late === undefined ? [] : [r.late.map(({ at, received }) => [at - zero, received - at])]),
    ]),
    quiet.map((q) => [
      q.trigger,
      q.last - zero,
      after(q.armed, zero),
      after(q.due, zero),
      ...(q.told === undefined ? [] : [q.told]),
    ]),
    decided.map((d) => [d.trigger, d.key, d.from - zero, d.decided - zero, d.until - zero]),
    counted,
  ]);
}

const after = (at: Instant | undefined, zero: Instant): number | null => (at === undefined ? null : at - zero);

function packHashes(hashes: readonly number[]): readonly number[] {
  const packed: number[] = [];
  for (const hash of hashes) {
    const high = Math.floor(hash / LOW);
    packed.push(high, hash - high * LOW);
  }
  return packed;
}

function packRun(r: Run, zero: Instant): Packed {
  return [
    r.trigger,
    r.version,
    r.key,
    r.opener,
    PHASES.indexOf(r.phase),
    r.position,
    r.opened - zero,
    r.start - zero,
    r.from === NEVER ? null : r.from - zero,
    r.deadline - zero,
    r.due - zero,
    r.depth,
    r.facts.map((fact) => packFact(fact, zero)),
    Object.entries(r.lists).map(([name, items]) => [name, items.map((i) => [i.at - zero, i.properties, none(i.unique)])]),
    after(r.decided, zero),
    (r.spans ?? []).map((span) => [span.leaf, span.from - zero, span.to - zero, span.open === true ? 1 : 0]),
    none(r.extended?.map(({ item, at }) => [item, at - zero])),
    r.counted ? 1 : 0,
    r.met === undefined ? null : r.met.map(({ wait, at }) => [wait, at - zero]),
    after(r.waited, zero),
    r.actions.map((a) => [a.id, a.step, a.expires - zero, none(a.final), after(a.closed, zero), a.later, a.recalled ? 1 : 0]),
    ...packJourney(r, zero),
  ];
}

/** What only some runs have; nothing where there is none of it. */
function packJourney({ arms, held, goalFrom, goalOver }: Run, zero: Instant): Packed {
  if (arms === undefined && held === undefined && goalFrom === undefined) return [];
  return [[none(arms), held === true ? 1 : 0, after(goalFrom, zero), goalOver === true ? 1 : 0]];
}

/** Reads what `encodePerson` wrote; anything else is an assertion: stored state is ours or broken. */
export function decodePerson(bytes: Uint8Array): PersonState {
  const packed = parseJson(decodeUtf8(bytes));
  assert(Array.isArray(packed) && packed[0] === FORM, 'a person is stored in a form this build does not know');
  const stored = packed as Stored;
  const zero = stored[1];
  return {
    traits: stored[4],
    revision: stored[2],
    traitsAt: stored[3],
    messages: { since: zero, current: unpackHashes(stored[5]), before: unpackHashes(stored[6]) },
    runs: stored[7].map((run) => unpackRun(run, zero)),
    remembered: stored[8].map((each) => unpackRemembered(each, zero)),
    quiet: stored[9].map((each) => unpackQuiet(each, zero)),
    decided: stored[10].map((each) => unpackDecided(each, zero)),
    counted: stored[11],
  };
}

/** An instant again: so long after `zero`. */
const at = (zero: Instant, span: number): Instant => plus(zero, span as Duration);

function unpackHashes(packed: readonly number[]): number[] {
  const hashes: number[] = [];
  for (let i = 1; i < packed.length; i += 2) hashes.push((packed[i - 1] as number) * LOW + (packed[i] as number));
  return hashes;
}

type Maybe<T> = T | null;
type StoredItem = [span: number, properties: JsonObject, unique: Maybe<string>];
type StoredAction = [
  ...[id: string, step: string, expires: number, final: Maybe<NonNullable<SentAction['final']>>],
  ...[closed: Maybe<number>, later: SentAction['later'], recalled: number],
];
type StoredSpan = [leaf: number, from: number, to: number, open: number];
type StoredRun = [
  ...[trigger: string, version: number, key: string, opener: string, phase: number, position: number],
  ...[opened: number, start: number, from: Maybe<number>, deadline: number, due: number, depth: number],
  ...[facts: StoredFact[], lists: [string, StoredItem[]][], decided: Maybe<number>, spans: StoredSpan[]],
  ...[extended: Maybe<[item: number, at: number][]>],
  ...[counted: number, met: Maybe<[wait: number, span: number][]>, waited: Maybe<number>, actions: StoredAction[]],
  ...[journey?: StoredJourney],
];
type StoredJourney = [...[arms: Maybe<NonNullable<Run['arms']>>, held: number, goalFrom: Maybe<number>, goalOver: number]];
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
];

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const unpackRemembered = (r: Stored[8][number], zero: Instant): Remembered => ({
  trigger: r[0],
  test: r[1],
  key: r[2],
  times: r[4].map((span) => at(zero, span)),
  until: at(zero, r[3]),
  cut: r[5] === 1,
  ...(r[6] === undefined || r[6] === null ? {} : { events: r[6] }),
  ...(r[7] === undefined
    ? {}
    : { late: r[7].map(([span, delay]) => ({ at: at(zero, span), received: at(zero, span + delay) })) }),
});

function unpackQuiet(q: Stored[9][number], zero: Instant): Quiet {
  const quiet: Writable<Quiet> = { trigger: q[0], last: at(zero, q[1]) };
  if (q[2] !== null) quiet.armed = at(zero, q[2]);
  if (q[3] !== null) quiet.due = at(zero, q[3]);
  if (q[4] !== undefined) quiet.told = q[4];
  return quiet;
}

const unpackDecided = (d: Stored[10][number], zero: Instant): Decided => ({
  trigger: d[0],
  key: d[1],
  from: at(zero, d[2]),
  decided: at(zero, d[3]),
  until: at(zero, d[4]),
});

function unpackRun(r: StoredRun, zero: Instant): Run {
  const run: Writable<Run> = {
    trigger: r[0],
    version: r[1],
    key: r[2],
    opener: r[3],
    opened: at(zero, r[6]),
    start: at(zero, r[7]),
    phase: PHASES[r[4]] ?? 'watched',
    position: r[5],
    from: r[8] === null ? NEVER : at(zero, r[8]),
    deadline: at(zero, r[9]),
    due: at(zero, r[10]),
    lists: unpackLists(r[13], zero),
    counted: r[17] === 1,
    actions: r[20].map((action) => unpackAction(action, zero)),
    depth: r[11],
    facts: r[12].map((fact) => unpackFact(fact, zero)),
  };
  if (r[14] !== null) run.decided = at(zero, r[14]);
  if (r[14] !== null) run.spans = r[15].map((span) => unpackSpan(span, zero));
  if (r[16] !== null) run.extended = r[16].map(([item, span]) => ({ item, at: at(zero, span) }));
  if (r[18] !== null) run.met = r[18].map(([wait, span]) => ({ wait, at: at(zero, span) }));
  if (r[19] !== null) run.waited = at(zero, r[19]);
  if (r[21] !== undefined) unpackJourney(run, r[21], zero);
  return run;
}

const unpackSpan = ([leaf, from, to, open]: StoredSpan, zero: Instant): Span => ({
  ...{ leaf, from: at(zero, from), to: at(zero, to) },
  ...(open === 1 ? { open: true } : {}),
});

function unpackJourney(run: Writable<Run>, [arms, held, goalFrom, goalOver]: StoredJourney, zero: Instant): void {
  if (arms !== null) run.arms = arms;
  if (held === 1) run.held = true;
  if (goalFrom !== null) run.goalFrom = at(zero, goalFrom);
  if (goalOver === 1) run.goalOver = true;
}

const unpackLists = (lists: StoredRun[13], zero: Instant): Run['lists'] =>
  Object.fromEntries(lists.map(([name, items]) => [name, items.map((item) => unpackItem(item, zero))]));

function unpackItem(i: StoredItem, zero: Instant): Item {
  const item: Writable<Item> = { at: at(zero, i[0]), properties: i[1] };
  if (i[2] !== null) item.unique = i[2];
  return item;
}

function unpackAction(a: StoredAction, zero: Instant): SentAction {
  const action: Writable<SentAction> = { id: a[0], step: a[1], expires: at(zero, a[2]), later: a[5], recalled: a[6] === 1 };
  if (a[3] !== null) action.final = a[3];
  if (a[4] !== null) action.closed = at(zero, a[4]);
  return action;
}
