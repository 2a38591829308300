import { type Duration, type Instant, type JsonObject, type Parsed, type Problem } from '@tripline/kernel';
import { CHANNELS, FINAL_STATUSES, LATER_STATUSES, parseTrigger, type NameSpan } from '@tripline/model';
import { compileTrigger } from './compile-trigger.js';
import { ANY_EVENT, TRAITS_CHANGED, type CompiledTrigger, type Roles } from './compiled-trigger.js';
import type { Definition, Definitions } from './definitions.js';
import { NameTable } from './name-table.js';
import { bothRoles } from './roles.js';
import { mustFindZone, type Zone } from './zones.js';

/** One trigger that names an event, and what the event is to it. */
export type Interest = { readonly trigger: CompiledTrigger; readonly roles: Roles };

export type ProgramProblem = Problem & { readonly trigger: string; readonly version: number };

/** `zone`: an IANA name; UTC unless told. One that does not exist is an assertion: `findZone` says beforehand. */
export type ProgramOptions = { readonly zone?: string };

const NONE: readonly Interest[] = [];

/**
 * All triggers in force, compiled and indexed by the events they name. The cost of an event grows with the triggers that name it,
 * not with those that exist.
 */
export class Program {
  /** Definitions this build cannot compile: their runs end, they open nothing. */
  readonly problems: readonly ProgramProblem[];
  /** How long a message id is remembered: the longest `accept` in force. */
  readonly acceptMax: Duration;
  /** The zone of what names none, or one that is not known. */
  readonly zone: Zone;
  readonly #versions = new Map<string, Map<number, CompiledTrigger>>();
  readonly #interests = new Map<string, readonly Interest[]>();
  readonly #names: NameTable;
  readonly #any: readonly Interest[];

  constructor(definitions: Definitions, { zone = 'UTC' }: ProgramOptions) {
    this.zone = mustFindZone(zone);
    const problems: ProgramProblem[] = [];
    for (const definition of definitions) if (definition.state !== 'withdrawn') this.#add(definition, problems);
    this.problems = problems;
    this.acceptMax = Math.max(0, ...this.triggers().map((t) => t.accept)) as Duration;
    this.#any = this.#interests.get(ANY_EVENT) ?? NONE;
    if (this.#any.length > 0)
      for (const [name, named] of this.#interests) if (name !== ANY_EVENT) this.#interests.set(name, together(named, this.#any));
    this.#names = new NameTable([...this.#interests.keys(), ...OWN_NAMES]);
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

  version(name: string, version: number): CompiledTrigger | undefined {
    return this.#versions.get(name)?.get(version);
  }

  /** The version that opens runs. */
  live(name: string): CompiledTrigger | undefined {
    for (const trigger of this.#versions.get(name)?.values() ?? []) if (trigger.live) return trigger;
    return undefined;
  }

  triggers(): readonly CompiledTrigger[] {
    return [...this.#versions.values()].flatMap((versions) => [...versions.values()]);
  }

  #add(definition: Definition, problems: ProgramProblem[]): void {
    const { name, version } = definition;
    const compiled = compileDocument(definition.document);
    if (!compiled.ok) return void problems.push(...compiled.problems.map((p) => ({ ...p, trigger: name, version })));
    const since = definition.since ?? (0 as Instant);
    const trigger = { ...compiled.value, name, version, since, live: definition.state === 'live' };
    const versions = this.#versions.get(name) ?? new Map<number, CompiledTrigger>();
    this.#versions.set(name, versions.set(version, trigger));
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

/** Identifies carry traits, they and aliases name ids, outcomes complete steps: they concern every task. */
const OWN_NAMES = [
  '$identify',
  '$alias',
  ...CHANNELS.flatMap((c) => [...FINAL_STATUSES, ...LATER_STATUSES].map((s) => `${c}.${s}`)),
];

/** A document is immutable and compiles to the same: once is enough, whatever else changes around it. */
const compiledOnce = new WeakMap<JsonObject, Parsed<CompiledTrigger>>();

function compileDocument(document: JsonObject): Parsed<CompiledTrigger> {
  const known = compiledOnce.get(document);
  if (known !== undefined) return known;
  const parsed = parseTrigger(document);
  const compiled = parsed.ok ? compileTrigger(parsed.value) : parsed;
  compiledOnce.set(document, compiled);
  return compiled;
}

export const makeProgram = (definitions: Definitions, options: ProgramOptions = {}): Program => new Program(definitions, options);
