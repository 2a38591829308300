import { isJsonObject, type Json, type JsonObject } from '@tripline/kernel';
import { allSteps, FINAL_STATUSES, LATER_STATUSES, walk, type Trigger } from '@tripline/model';
import type { Expression, Getter, Names } from '../expression/expression.js';
import type { Run } from '../person/person-state.js';
import { propertyOf, UNKNOWN, type Value } from '../expression/value.js';

const STATUSES: readonly string[] = [...FINAL_STATUSES, ...LATER_STATUSES];

/**
 * What names mean in one trigger, resolved when it is compiled. Beside an event (`where`, `value`): aliases, step ids, `user`, else a property
 * of that event. In `if`, `is`, `with`: aliases, `let` names, steps, `user`, else a problem. `event.x` is always the property.
 */
export class TriggerNames {
  /** Filled in when the condition is compiled: the leaf that each alias names. */
  readonly leafOf = new Map<string, number>();
  readonly aliases: readonly string[];
  readonly #splits: ReadonlySet<string>;
  readonly #steps: ReadonlySet<string>;
  readonly #lets: ReadonlyMap<string, Getter>;

  constructor(trigger: Trigger, sums: ReadonlyMap<string, Expression>) {
    this.aliases = [...walk(trigger.when, 'when')].flatMap(({ element: e }) => ('as' in e && e.as !== undefined ? [e.as] : []));
    const steps = [...allSteps(trigger.do, 'do')].map(({ step }) => step);
    this.#steps = new Set(steps.flatMap((step) => ('id' in step && !('split' in step) ? [step.id] : [])));
    this.#splits = new Set(steps.flatMap((step) => ('split' in step ? [step.id] : [])));
    this.#lets = new Map(
      Object.entries(trigger.let).map(([name, spec]) => [name, 'list' in spec ? listOf(name) : sumOf(spec.of, name, sums)]),
    );
  }

  /** For a `where` of the element at `position`: only the aliases before it are known there. */
  besideEvent(position = Number.POSITIVE_INFINITY): Names {
    return (name) => {
      if (name === 'event') return (scope) => scope.event ?? UNKNOWN;
      const at = this.aliases.indexOf(name);
      if (at >= 0 && at >= position) return `${JSON.stringify(name)} is not known yet: it names a later element, or this one`;
      return this.shared(name) ?? ((scope) => propertyOf(scope.event ?? UNKNOWN, name));
    };
  }

  readonly ofState: Names = (name) =>
    this.shared(name) ?? this.#lets.get(name) ?? `unknown name ${JSON.stringify(name)}: ${this.hint()}`;

  /** The flags an expression asks of steps that have none such: `mail.clickd`. */
  wrongFlags({ reads }: Expression): string[] {
    return [...reads].flatMap(([name, fields]) => {
      const known = this.#steps.has(name) ? STATUSES : this.#splits.has(name) ? ['arm'] : undefined;
      const wrong = known === undefined ? [] : [...fields].filter((field) => field !== '*' && !known.includes(field));
      return wrong.map((field) => `the step ${name} has no ${JSON.stringify(field)}; it has ${known?.join(', ')}`);
    });
  }

  private shared(name: string): Getter | undefined {
    if (name === 'user') return (scope) => scope.user;
    if (this.aliases.includes(name)) return ({ run }) => (run === undefined ? UNKNOWN : aliasOf(run, this.leafOf.get(name)));
    if (this.#splits.has(name)) return (scope) => (scope.run === undefined ? UNKNOWN : armOf(scope.run, name));
    return this.#steps.has(name) ? (scope) => (scope.run === undefined ? UNKNOWN : flagsOf(scope.run, name)) : undefined;
  }

  private hint(): string {
    const known = [...this.aliases, ...this.#lets.keys(), ...this.#steps, ...this.#splits, 'user'];
    return `here stand ${known.join(', ')}`;
  }
}

/** The event that the condition took under an alias, as far as it is kept. */
function aliasOf({ facts }: Run, leaf: number | undefined): Value {
  const fact = facts.findLast((each) => each.used && each.leaf === leaf);
  return fact?.kept ?? UNKNOWN;
}

const listOf =
  (name: string): Getter =>
  ({ run }) =>
    run?.lists[name]?.map((item) => item.properties) ?? [];

/** Sums over the items; one that lacks the value is left out. */
function sumOf(list: string, name: string, sums: ReadonlyMap<string, Expression>): Getter {
  return (scope) => {
    const each = sums.get(name);
    let total = 0;
    for (const { properties } of scope.run?.lists[list] ?? []) {
      const value: Value = each?.evaluate({ ...scope, event: properties }) ?? UNKNOWN;
      if (typeof value === 'number') total += value;
    }
    return Number.isFinite(total) ? total : UNKNOWN;
  };
}

/** A step's flags are false until they happen; every later status implies `sent`. */
export function flagsOf(run: Run, step: string): JsonObject {
  const action = run.actions.find((a) => a.step === step);
  const flags: Record<string, Json> = Object.fromEntries(STATUSES.map((status) => [status, false]));
  if (action?.final !== undefined) flags[action.final] = true;
  for (const status of action?.later ?? []) flags[status] = true;
  if (action !== undefined && action.later.length > 0) flags['sent'] = true;
  return flags;
}

/** What a split's name means: its arm; unknown until the run came to it. */
function armOf({ arms }: Run, split: string): JsonObject {
  const arm = arms?.[split];
  return arm === undefined ? {} : { arm };
}

/** Only the properties that some expression reads. */
export function project(properties: JsonObject, fields: ReadonlySet<string>): JsonObject {
  if (fields.has('*')) return properties;
  const kept: Record<string, Json> = {};
  for (const field of fields)
    if (isJsonObject(properties) && Object.hasOwn(properties, field)) kept[field] = properties[field] as Json;
  return kept;
}
