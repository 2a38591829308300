import { days, digest, type Duration, type Instant, type JsonObject, type Parsed, type Problem } from '@tripline/kernel';
import { CHANNELS, FINAL_STATUSES, LATER_STATUSES, parseSegment, parseTrigger, type Event, type NameSpan } from '@tripline/model';
import { compileSegment, inForce } from './compile-segment.js';
import { compileTrigger } from './compile-trigger.js';
import type { CompiledSegment } from './compiled-segment.js';
import { ANY_EVENT, TRAITS_CHANGED, type CompiledTrigger, type Roles } from './compiled-trigger.js';
import { settingsOf, type Definition, type Definitions } from './definitions.js';
import { NameTable } from './name-table.js';
import { bothRoles } from './roles.js';
import { SEMANTICS } from './semantics.js';
import { bothSought, soughtBy, type Sought } from './sought.js';
import { mustFindZone, type Zone } from '../calendar/zones.js';

/** One trigger that names an event, and what the event is to it. */
export type Interest = { readonly trigger: CompiledTrigger; readonly roles: Roles };

/** `trigger` is the name; of a segment where `kind` says so. */
export type ProgramProblem = Problem & { readonly kind?: 'segment'; readonly trigger: string; readonly version: number };

/** What settings would say, for as long as none are in force; UTC and the first semantics unless told. `zone`: an IANA name; one that does not exist is an assertion: `findZone` says beforehand. */
export type ProgramOptions = { readonly zone?: string; readonly semantics?: number };

const NONE: readonly Interest[] = [];
const NO_SEGMENTS: readonly CompiledSegment[] = [];
/** How old an event may be and still be told from one that was counted already. */
const SEGMENT_ACCEPT = days(1);

/**
 * All triggers and segments in force, compiled and indexed by the events they name. The cost of an event grows with those that name it,
 * not with those that exist.
 */
export class Program {
  /** Definitions this build cannot compile: their runs end, they open nothing. */
  readonly problems: readonly ProgramProblem[];
  /** How long a message id is remembered: the longest `accept` in force. */
  readonly acceptMax: Duration;
  /** The zone of what names none, or one that is not known. */
  readonly zone: Zone;
  /** The number of the semantics it decides by: what depends on it asks here, and nowhere else. */
  readonly semantics: number;
  /** What dates and schedules ask, in a few characters; undefined where there are none. */
  readonly asks: string | undefined;
  readonly #calendars: readonly CompiledTrigger[];
  readonly #versions = new Map<string, Map<number, CompiledTrigger>>();
  readonly #interests = new Map<string, readonly Interest[]>();
  readonly #segments = new Map<string, CompiledSegment>();
  readonly #counted = new Map<string, readonly CompiledSegment[]>();
  readonly #reading = new Map<string, readonly CompiledSegment[]>();
  readonly #sought = new Map<string, Sought>();
  readonly #newest = new Map<string, number>();
  readonly #names: NameTable;
  readonly #any: readonly Interest[];

  constructor(definitions: Definitions, { zone = 'UTC', semantics = SEMANTICS }: ProgramOptions) {
    const settings = settingsOf(definitions);
    this.zone = mustFindZone(settings?.zone ?? zone);
    this.semantics = settings?.semantics ?? semantics;
    const problems: ProgramProblem[] = [];
    for (const definition of definitions) {
      if (definition.kind === undefined) this.#learnNewest(definition);
      if (definition.kind === 'segment' && definition.state === 'live') this.#addSegment(definition, problems);
      else if (definition.kind === undefined && definition.state !== 'withdrawn') this.#add(definition, problems);
    }
    this.problems = problems;
    this.#any = this.#interests.get(ANY_EVENT) ?? NONE;
    if (this.#any.length > 0)
      for (const [name, named] of this.#interests) if (name !== ANY_EVENT) this.#interests.set(name, together(named, this.#any));
    this.#calendars = this.triggers().filter((t) => t.live && t.calendar !== undefined);
    this.asks = asksOf(this.#calendars);
    this.acceptMax = Math.max(this.#segments.size > 0 ? SEGMENT_ACCEPT : 0, ...this.triggers().map((t) => t.accept)) as Duration;
    this.#names = new NameTable([...this.#interests.keys(), ...this.#counted.keys(), ...OWN_NAMES]);
  }

  /** Must the record be parsed? `span` is where its event's name stands in the bytes. Allocates nothing. */
  concerns(value: Uint8Array, span: NameSpan): boolean {
    return this.#any.length > 0 || this.#names.has(value, span);
  }

  /** The triggers that name this event, those that watch for any event last. */
  interests(name: string): readonly Interest[] {
    return this.#interests.get(name) ?? this.#any;
  }

  /** The triggers that look at changes of traits. */
  changes(): readonly Interest[] {
    return this.#interests.get(TRAITS_CHANGED) ?? NONE;
  }

  /** Does something come round for ever? A play needs an end then. */
  get isEndless(): boolean {
    return this.#calendars.some(({ calendar }) => calendar?.kind === 'schedule' || calendar?.yearly === true);
  }

  /** The live triggers that begin with a date or a schedule. */
  calendars(): readonly CompiledTrigger[] {
    return this.#calendars;
  }

  /** What waits and goals look for under that name: which of its properties, and for how long after it happened. */
  sought(event: string): Sought | undefined {
    return this.#sought.get(event);
  }

  segment(name: string): CompiledSegment | undefined {
    return this.#segments.get(name);
  }

  segments(): readonly CompiledSegment[] {
    return [...this.#segments.values()];
  }

  /** Does a segment count events of that name? */
  isCounted(event: string): boolean {
    return this.#counted.has(event);
  }

  /** Can such an event change anything of a person? One that nothing names, and that says nothing of them, cannot. */
  takes({ name, traits, outcome }: Event): boolean {
    return traits !== undefined || outcome !== undefined || this.interests(name).length > 0 || this.isCounted(name);
  }

  /** The segments that count events of that name or read one of the traits that changed. */
  segmentsOf(event: string, changes: ReadonlyMap<string, unknown>): readonly CompiledSegment[] {
    const counting = this.#counted.get(event) ?? NO_SEGMENTS;
    if (changes.size === 0 || this.#reading.size === 0) return counting;
    return [...new Set([...counting, ...[...changes.keys(), '*'].flatMap((trait) => this.#reading.get(trait) ?? NO_SEGMENTS)])];
  }

  version(name: string, version: number): CompiledTrigger | undefined {
    return this.#versions.get(name)?.get(version);
  }

  /** May this version still be published here? One that is older than the newest that ever was, or as old, may not; nor one of a name of which only the withdrawal is known. */
  isToCome(name: string, version: number): boolean {
    return version > (this.#newest.get(name) ?? 0);
  }

  /** The versions in force, live or draining. */
  versions(name: string): readonly CompiledTrigger[] {
    return [...(this.#versions.get(name)?.values() ?? [])];
  }

  /** The version that opens runs. */
  live(name: string): CompiledTrigger | undefined {
    for (const trigger of this.#versions.get(name)?.values() ?? []) if (trigger.live) return trigger;
    return undefined;
  }

  triggers(): readonly CompiledTrigger[] {
    return [...this.#versions.values()].flatMap((versions) => [...versions.values()]);
  }

  #learnNewest({ name, version, state }: Definition): void {
    const known = state === 'withdrawn' && version === 0 ? Number.POSITIVE_INFINITY : version;
    this.#newest.set(name, Math.max(known, this.#newest.get(name) ?? 0));
  }

  #addSegment(definition: Definition, problems: ProgramProblem[]): void {
    const { name, version, document } = definition;
    const compiled = compileSegmentDocument(document);
    if (!compiled.ok) return void problems.push(...compiled.problems.map((p) => ({ ...p, kind: 'segment' as const, trigger: name, version }))); // prettier-ignore
    const segment = inForce({ ...compiled.value, name }, definition);
    this.#segments.set(name, segment);
    for (const part of segment.aggregates) addTo(this.#counted, part.event, segment);
    for (const trait of segment.traits) addTo(this.#reading, trait, segment);
  }

  #add(definition: Definition, problems: ProgramProblem[]): void {
    const { name, version } = definition;
    const compiled = compileDocument(definition.document);
    if (!compiled.ok) return void problems.push(...compiled.problems.map((p) => ({ ...p, trigger: name, version })));
    const since = definition.since ?? (0 as Instant);
    const { known = since, state, paused } = definition;
    const force = { live: state === 'live', paused: paused !== undefined };
    const trigger = { ...compiled.value, name, version, since, known, ...force };
    const versions = this.#versions.get(name) ?? new Map<number, CompiledTrigger>();
    this.#versions.set(name, versions.set(version, trigger));
    for (const { name: event, ...sought } of soughtBy(trigger))
      this.#sought.set(event, bothSought(this.#sought.get(event), sought));
    for (const [event, roles] of trigger.roles) {
      this.#interests.set(event, [...(this.#interests.get(event) ?? NONE), { trigger, roles }]);
    }
  }
}

/** What an event is under two of its names: a trigger that has both sees it once. */
export function together(first: readonly Interest[], second: readonly Interest[]): readonly Interest[] {
  const also = new Map(second.map((each) => [each.trigger, each.roles]));
  const both = first.map((each) => {
    const roles = also.get(each.trigger);
    return roles === undefined ? each : { trigger: each.trigger, roles: bothRoles(each.roles, roles) };
  });
  return [...both, ...second.filter(({ trigger }) => first.every((each) => each.trigger !== trigger))];
}

function addTo(index: Map<string, readonly CompiledSegment[]>, key: string, segment: CompiledSegment): void {
  const known = index.get(key) ?? NO_SEGMENTS;
  if (!known.includes(segment)) index.set(key, [...known, segment]);
}

/** Without the program's zone: what is awaited already stays where it is when that becomes another. */
function asksOf(calendars: readonly CompiledTrigger[]): string | undefined {
  const asked = calendars.map(({ name, calendar }) => [name, calendar?.test ?? '']);
  return asked.length === 0 ? undefined : digest(JSON.stringify(asked)).slice(0, 8);
}

/** Identifies carry traits, they and aliases name ids, outcomes complete steps: they concern every task. */
const OWN_NAMES = [
  '$identify',
  '$alias',
  ...CHANNELS.flatMap((c) => [...FINAL_STATUSES, ...LATER_STATUSES].map((s) => `${c}.${s}`)),
];

/** A document is immutable and compiles to the same: once is enough, whatever else changes around it. */
function once<T>(compile: (document: JsonObject) => Parsed<T>): (document: JsonObject) => Parsed<T> {
  const known = new WeakMap<JsonObject, Parsed<T>>();
  return (document) => {
    const compiled = known.get(document) ?? compile(document);
    known.set(document, compiled);
    return compiled;
  };
}

const compileDocument = once((document): Parsed<CompiledTrigger> => {
  const parsed = parseTrigger(document);
  return parsed.ok ? compileTrigger(parsed.value) : parsed;
});
const compileSegmentDocument = once((document): Parsed<CompiledSegment> => {
  const parsed = parseSegment(document);
  return parsed.ok ? compileSegment(parsed.value) : parsed;
});

export const makeProgram = (definitions: Definitions, options: ProgramOptions = {}): Program => new Program(definitions, options);
