import type { Event } from '@tripline/model';
import { isAccepted, surely } from '../condition/event-test.js';
import type { CompiledTrigger, ListPart, Roles } from '../compile/compiled-trigger.js';
import { belongs } from '../condition/correlation.js';
import type { Draft } from '../draft.js';
import { keptOf } from '../condition/kept.js';
import { isOpenTo } from '../condition/matching.js';
import { KEPT_LENGTH_MAX, LIST_LENGTH_MAX, type Item, type Run } from '../person/person-state.js';
import type { Expression } from '../expression/expression.js';
import { scopeOf } from '../expression/scope-of.js';
import { UNKNOWN, type Value } from '../expression/value.js';

/**
 * Collects the events of `let` lists into the open runs of their key, from the event that opened the run on.
 * I1. A list holds at most `newest` items, in the order they came; one that is the same by `unique` takes the other's place.
 * I2. What lacks a value that decides (`where`, `unique`, the key) is left out and counted; what lacks one that is summed is counted.
 */
export function collect(draft: Draft, trigger: CompiledTrigger, roles: Roles, event: Event): void {
  if (roles.lists.length === 0 || !isAccepted(event, trigger.accept)) return;
  for (const run of draft.runsOf(trigger))
    if (collects(draft, trigger, run, event)) {
      const next = collectInto(draft, trigger, run, event);
      if (next !== run) draft.replace(run, next);
    }
}

/** While matching, only what falls before the deadline: a late tick must not let more in than a punctual one. */
const collects = (draft: Draft, trigger: CompiledTrigger, run: Run, event: Event): boolean =>
  run.phase !== 'watched' && event.timestamp >= run.opened && (run.phase !== 'matching' || isOpenTo(draft, trigger, run, event));

/** The run with the event in each list it belongs to. */
export function collectInto(draft: Draft, trigger: CompiledTrigger, run: Run, event: Event): Run {
  let next = run;
  for (const list of trigger.lists) {
    const before = next.lists[list.name] ?? [];
    const items = itemsAfter(draft, trigger, list, next, before, event);
    if (items !== before) next = { ...next, lists: { ...next.lists, [list.name]: items } };
  }
  return next;
}

function itemsAfter(
  draft: Draft,
  trigger: CompiledTrigger,
  list: ListPart,
  run: Run,
  items: readonly Item[],
  event: Event,
): readonly Item[] {
  const isAdded = list.add.name === event.name;
  if ((!isAdded && list.minus !== event.name) || !belongs(list.add.key(event.properties), run)) return items;
  if (isAdded && !surely(draft, trigger, list.add, event, run)) return items;
  const unique = uniqueOf(draft, trigger, list, run, event);
  if (unique === undefined && list.unique !== undefined) return items;
  const rest = unique === undefined ? items : items.filter((item) => item.unique !== unique || item.at > event.timestamp);
  return isAdded ? withItem(draft, trigger, list, rest, event, unique) : rest;
}

function withItem(
  draft: Draft,
  trigger: CompiledTrigger,
  list: ListPart,
  rest: readonly Item[],
  event: Event,
  unique: string | undefined,
): readonly Item[] {
  if (unique !== undefined && rest.some((item) => item.unique === unique)) return rest;
  const properties = keptOf(draft, trigger, event.properties, list.keep);
  if (properties === undefined) return rest;
  for (const value of list.values) if (typeof valueOf(draft, value, event) !== 'number') draft.note('item-unknown', trigger.name);
  const item: Item = { at: event.timestamp, properties, ...(unique === undefined ? {} : { unique }) };
  return fitting(draft, trigger, [...rest, item].slice(-list.newest));
}

/** The newest items that are not too large together; few cannot be. */
export function fitting(draft: Draft, trigger: CompiledTrigger, items: readonly Item[]): readonly Item[] {
  if (items.length * KEPT_LENGTH_MAX <= LIST_LENGTH_MAX) return items;
  let room = LIST_LENGTH_MAX;
  const from = items.findLastIndex((item) => (room -= JSON.stringify(item.properties).length) < 0);
  if (from >= 0) draft.note('list-too-large', trigger.name);
  return items.slice(from + 1);
}

const valueOf = (draft: Draft, value: Expression, event: Event): Value =>
  value.evaluate(scopeOf(draft, event.properties, undefined));

function uniqueOf(draft: Draft, trigger: CompiledTrigger, { unique }: ListPart, run: Run, event: Event): string | undefined {
  if (unique === undefined) return undefined;
  const value = unique.evaluate(scopeOf(draft, event.properties, run));
  if (value !== UNKNOWN) return JSON.stringify(value);
  draft.note('item-unknown', trigger.name);
  return undefined;
}
