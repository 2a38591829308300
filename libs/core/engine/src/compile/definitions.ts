import { decodeUtf8, encodeUtf8, isJsonObject, parseJson, assert, type Instant, type JsonObject } from '@tripline/kernel';
import type { Control, ControlChange, HistoryComplete, Settings, SettingsChange } from '@tripline/model';
import { SEMANTICS } from './semantics.js';

/**
 * One version of a trigger or a segment, or the settings, as the log has put them in force. `live` opens runs; `draining` lets its open runs end in their own version;
 * `withdrawn` ends them, and is kept only for its revision.
 */
export type Definition = {
  /** Absent: a trigger. Of `settings` there is one, and its document is the `Settings`. */
  readonly kind?: 'segment' | 'settings';
  readonly name: string;
  readonly version: number;
  readonly revision: number;
  readonly document: JsonObject;
  readonly state: 'live' | 'draining' | 'withdrawn';
  /** Of a live trigger: since when nothing of it begins, until it is resumed or withdrawn; whatever is remembered goes on being. */
  readonly paused?: Instant;
  /** From when on it sees events; absent: from the beginning. */
  readonly since?: Instant;
  /** From when on what it looks back to or counts is known, where that is earlier: an earlier version had the same aggregates, or history came. */
  readonly known?: Instant;
  /** When history moved `known` back: nothing before that is decided anew. */
  readonly filled?: Instant;
};

/** All that is in force in one task, in the order it was put in force. A value: kept in the task's checkpoint. */
export type Definitions = readonly Definition[];

type Publish = Extract<ControlChange, { type: 'publish' }>;

/** Versions of one trigger that drain at the same time; the open runs of the oldest end when one more comes. */
export const DRAINING_MAX = 10;

/**
 * What is in force after the control record, appended `at`. The same reference where nothing changed: its revision is not newer than the
 * last seen.
 */
export function applyControl(definitions: Definitions, control: Control, at?: Instant): Definitions {
  const { name, revision, change } = control;
  if (change.type === 'history') return filledFrom(definitions, revision, change, at);
  if (change.type === 'settings') return settingsAfter(definitions, revision, change, at);
  const isSame = (d: Definition): boolean => d.name === name && d.kind === control.of;
  const before = definitions.filter(isSame);
  if (before.some((d) => d.revision >= revision)) return definitions;
  const others = definitions.filter((d) => !isSame(d));
  const last = before.at(-1);
  if (change.type === 'pause' || change.type === 'resume') {
    if (last?.state !== 'live') return definitions;
    const paused = change.type === 'pause' ? (last.paused ?? at ?? (0 as Instant)) : undefined;
    return definitions.map((d) => (d === last ? pausedSince({ ...d, revision }, paused) : d));
  }
  if (change.type === 'withdraw') {
    return last === undefined
      ? [...others, tombstone(control)]
      : [...others, { ...resumed(last), document: {}, state: 'withdrawn', revision }];
  }
  if (control.of === 'segment') return [...others, segmentAfter(last, control, change, at)];
  const { version, document, openRuns } = change;
  const kept = openRuns === 'drain' ? draining(before).filter((d) => d.version !== version) : [];
  const since = at === undefined ? {} : { since: at };
  const live: Definition = { name, version, revision, document, state: 'live', ...since };
  return [...others, ...kept, pausedSince(live, last?.paused)];
}

/** The settings in force; undefined where none were made. */
export const settingsOf = (definitions: Definitions): Settings | undefined =>
  definitions.find(isSettings)?.document as Settings | undefined;

/** The number of the semantics in force. */
export const semanticsOf = (definitions: Definitions): number => settingsOf(definitions)?.semantics ?? SEMANTICS;

const isSettings = ({ kind }: Definition): boolean => kind === 'settings';

function settingsAfter(definitions: Definitions, revision: number, change: SettingsChange, at?: Instant): Definitions {
  if (definitions.some((d) => isSettings(d) && d.revision >= revision)) return definitions;
  const { zone, zoneData } = change;
  const since = at === undefined ? {} : { since: at };
  const document = { zone, zoneData, ...semanticsAfter(definitions, change) };
  const made = { name: 'settings', version: revision, revision, document, state: 'live' } as const;
  return [...definitions.filter((d) => !isSettings(d)), { kind: 'settings', ...made, ...since }];
}

/** Never lower than it was: states are written by it. Nothing where nobody has said a number. */
function semanticsAfter(definitions: Definitions, { semantics: told = 0 }: Settings): { readonly semantics?: number } {
  const semantics = Math.max(told, settingsOf(definitions)?.semantics ?? 0);
  return semantics === 0 ? {} : { semantics };
}

const pausedSince = (definition: Definition, paused: Instant | undefined): Definition =>
  paused === undefined ? resumed(definition) : { ...definition, paused };

const resumed = ({ paused: _paused, ...others }: Definition): Definition => others;

/** A segment has one version at a time: nobody is in the middle of it. */
function segmentAfter(last: Definition | undefined, { name, revision }: Control, change: Publish, at?: Instant): Definition {
  const { version, document } = change;
  const isKept = last?.state === 'live' && JSON.stringify(last.document['let']) === JSON.stringify(document['let']);
  const known = isKept ? (last.known ?? last.since) : undefined;
  const since = at === undefined ? {} : { since: at, ...(known === undefined ? {} : { known }) };
  return { kind: 'segment', name, version, revision, document, state: 'live', ...since };
}

/** What was in force while history came knows it from then on; what was published later has seen none of it. The same record again changes nothing. */
function filledFrom(
  definitions: Definitions,
  revision: number,
  { completeFrom, before }: HistoryComplete,
  at?: Instant,
): Definitions {
  const isFilled = ({ kind, state, revision: own, since = 0 as Instant, known = since }: Definition): boolean =>
    kind !== 'settings' && state !== 'withdrawn' && own < Math.min(revision, before) && completeFrom < known;
  if (at === undefined || !definitions.some(isFilled)) return definitions;
  return definitions.map((each) => (isFilled(each) ? { ...each, known: completeFrom, filled: at } : each));
}

const tombstone = ({ of, name, revision }: Control): Definition => ({
  ...(of === 'segment' ? { kind: of } : {}),
  name,
  version: 0,
  revision,
  document: {},
  state: 'withdrawn',
});

const draining = (before: Definitions): Definition[] =>
  before
    .filter((d) => d.state !== 'withdrawn')
    .map((d): Definition => ({ ...resumed(d), state: 'draining' }))
    .slice(-DRAINING_MAX);

/** The bytes of a checkpoint; `parseDefinitions` reads them back. */
export const encodeDefinitions = (definitions: Definitions): Uint8Array => encodeUtf8(JSON.stringify([1, definitions]));

/** Reads what `encodeDefinitions` wrote; anything else is an assertion: a checkpoint is ours or broken. */
export function parseDefinitions(bytes: Uint8Array): Definitions {
  const value = parseJson(decodeUtf8(bytes));
  assert(
    Array.isArray(value) && value[0] === 1 && Array.isArray(value[1]),
    'definitions are in a format this build does not know',
  );
  const definitions = value[1] as readonly unknown[];
  assert(definitions.every(isJsonObject), 'definitions are not as they were written');
  return definitions as unknown as Definitions;
}
