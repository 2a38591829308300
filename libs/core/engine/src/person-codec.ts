import { assert, decodeUtf8, encodeUtf8, parseJson, type Instant, type JsonObject } from '@tripline/kernel';
import type { Decided, Item, Messages, PersonState, Phase, Quiet, Remembered, Run, SentAction } from './person-state.js';

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
  const [, revision, traitsAt, traits, messages, runs, remembered, quiet, decided, counted] = packed as Stored;
  return {
    traits,
    revision,
    traitsAt,
    messages: unpackMessages(messages),
    runs: runs.map(unpackRun),
    remembered: remembered.map(([trigger, role, key, until, times]): Remembered => ({
      trigger,
      role: role === 0 ? 'not' : 'exit',
      key,
      times,
      until,
    })),
    quiet: quiet.map(([trigger, last, armed, due]): Quiet => ({ trigger, last, ...given('armed', armed), ...given('due', due) })),
    decided: decided.map(([trigger, key, from, at, until]): Decided => ({ trigger, key, from, decided: at, until })),
    counted,
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

const unpackMessages = ([since, current, before]: Stored[4]): Messages => ({ since, current, before });

/** The field, where it was there. */
const given = <K extends string, T>(name: K, value: Maybe<T>): { readonly [P in K]?: T } =>
  value === null ? {} : ({ [name]: value } as { readonly [P in K]: T });

function unpackRun(packed: StoredRun): Run {
  const [trigger, version, key, opener, phase, position, opened, start, from, deadline, due, depth, ...rest] = packed;
  const [aliases, lists, decided, since, counted, met, waited, actions] = rest;
  return {
    ...{
      trigger,
      version,
      key,
      opener,
      phase: PHASES[phase] ?? 'watched',
      position,
      opened,
      start,
      from,
      deadline,
      due,
      depth,
      aliases,
    },
    lists: Object.fromEntries(lists.map(([name, items]) => [name, items.map(unpackItem)])),
    ...given('decided', decided),
    ...given('since', since),
    counted: counted === 1,
    ...given('met', met),
    ...given('waited', waited),
    actions: actions.map(unpackAction),
  };
}

const unpackItem = ([at, properties, unique]: StoredItem): Item => ({ at, properties, ...given('unique', unique) });

const unpackAction = ([id, step, expires, final, closed, later, recalled]: StoredAction): SentAction => ({
  ...{ id, step, expires, later, recalled: recalled === 1 },
  ...given('final', final),
  ...given('closed', closed),
});
