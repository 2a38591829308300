import { assert, decodeUtf8, encodeUtf8, parseJson, type Instant, type JsonObject } from '@tripline/kernel';
import type { Decided, Item, PersonState, Phase, Quiet, Remembered, Run, SentAction } from './person-state.js';

/** Counts up when the form changes; a build reads the forms it knows and stops at others. */
const FORM = 1;
const PHASES: readonly Phase[] = ['matching', 'completing', 'waiting', 'watched'];

type Packed = readonly unknown[];
const none = <T>(value: T | undefined): T | null => value ?? null;

/** The bytes a task keeps of a person: compact JSON, names left out. `decodePerson` reads them back to the same value. */
export function encodePerson(state: PersonState): Uint8Array {
  const { traits, revision, traitsAt, messages: m, runs, remembered, quiet, decided, counted } = state;
  const packed = [
    FORM,
    revision,
    traitsAt,
    traits,
    [m.since, m.current, m.before],
    runs.map(packRun),
    remembered.map((r) => [r.trigger, r.role === 'not' ? 0 : 1, r.key, r.until, r.times]),
    quiet.map((q) => [q.trigger, q.last, none(q.armed), none(q.due)]),
    decided.map((d) => [d.trigger, d.key, d.from, d.decided, d.until]),
    counted,
  ];
  return encodeUtf8(JSON.stringify(packed));
}

function packRun(r: Run): Packed {
  return [
    r.trigger,
    r.version,
    r.key,
    r.opener,
    PHASES.indexOf(r.phase),
    r.position,
    r.opened,
    r.start,
    r.from,
    r.deadline,
    r.due,
    r.depth,
    r.aliases,
    Object.entries(r.lists).map(([name, items]) => [name, items.map((i) => [i.at, i.properties, none(i.unique)])]),
    none(r.decided),
    none(r.since),
    r.counted ? 1 : 0,
    none(r.met),
    none(r.waited),
    r.actions.map((a) => [a.id, a.step, a.expires, none(a.final), none(a.closed), a.later, a.recalled ? 1 : 0]),
  ];
}

/** Reads what `encodePerson` wrote; anything else is an assertion: stored state is ours or broken. */
export function decodePerson(bytes: Uint8Array): PersonState {
  const packed = parseJson(decodeUtf8(bytes));
  assert(Array.isArray(packed) && packed[0] === FORM, 'a person is stored in a form this build does not know');
  const stored = packed as Stored;
  return {
    traits: stored[3],
    revision: stored[1],
    traitsAt: stored[2],
    messages: { since: stored[4][0], current: stored[4][1], before: stored[4][2] },
    runs: stored[5].map(unpackRun),
    remembered: stored[6].map(unpackRemembered),
    quiet: stored[7].map(unpackQuiet),
    decided: stored[8].map(unpackDecided),
    counted: stored[9],
  };
}

type Maybe<T> = T | null;
type StoredItem = [Instant, JsonObject, Maybe<string>];
type StoredAction = [
  string,
  string,
  Instant,
  Maybe<NonNullable<SentAction['final']>>,
  Maybe<Instant>,
  SentAction['later'],
  number,
];
type StoredRun = [
  ...[trigger: string, version: number, key: string, opener: string, phase: number, position: number],
  ...[opened: Instant, start: Instant, from: Instant, deadline: Instant, due: Instant, depth: number],
  ...[aliases: JsonObject, lists: [string, StoredItem[]][], decided: Maybe<Instant>, since: Maybe<Instant>],
  ...[counted: number, met: Maybe<Instant>, waited: Maybe<Instant>, actions: StoredAction[]],
];
type Stored = [
  ...[form: number, revision: number, traitsAt: Instant, traits: JsonObject],
  ...[messages: [Instant, number[], number[]], runs: StoredRun[]],
  remembered: [string, number, Maybe<string>, Instant, Instant[]][],
  quiet: [string, Instant, Maybe<Instant>, Maybe<Instant>][],
  decided: [string, string, Instant, Instant, Instant][],
  counted: PersonState['counted'],
];

type Writable<T> = { -readonly [K in keyof T]: T[K] };

const unpackRemembered = (r: Stored[6][number]): Remembered => ({
  trigger: r[0],
  role: r[1] === 0 ? 'not' : 'exit',
  key: r[2],
  times: r[4],
  until: r[3],
});

function unpackQuiet(q: Stored[7][number]): Quiet {
  const quiet: Writable<Quiet> = { trigger: q[0], last: q[1] };
  if (q[2] !== null) quiet.armed = q[2];
  if (q[3] !== null) quiet.due = q[3];
  return quiet;
}

const unpackDecided = (d: Stored[8][number]): Decided => ({ trigger: d[0], key: d[1], from: d[2], decided: d[3], until: d[4] });

function unpackRun(r: StoredRun): Run {
  const run: Writable<Run> = {
    trigger: r[0],
    version: r[1],
    key: r[2],
    opener: r[3],
    opened: r[6],
    start: r[7],
    phase: PHASES[r[4]] ?? 'watched',
    position: r[5],
    from: r[8],
    deadline: r[9],
    due: r[10],
    depth: r[11],
    aliases: r[12],
    lists: Object.fromEntries(r[13].map((list) => [list[0], list[1].map(unpackItem)])),
    counted: r[16] === 1,
    actions: r[19].map(unpackAction),
  };
  if (r[14] !== null) run.decided = r[14];
  if (r[15] !== null) run.since = r[15];
  if (r[17] !== null) run.met = r[17];
  if (r[18] !== null) run.waited = r[18];
  return run;
}

function unpackItem(i: StoredItem): Item {
  const item: Writable<Item> = { at: i[0], properties: i[1] };
  if (i[2] !== null) item.unique = i[2];
  return item;
}

function unpackAction(a: StoredAction): SentAction {
  const action: Writable<SentAction> = { id: a[0], step: a[1], expires: a[2], later: a[5], recalled: a[6] === 1 };
  if (a[3] !== null) action.final = a[3];
  if (a[4] !== null) action.closed = a[4];
  return action;
}
