import type { Duration } from '@tripline/kernel';
import {
  EVENT_OF,
  isSilentAll,
  type AllElement,
  type ChangedElement,
  type DateElement,
  type Element,
  type EntersElement,
  type EventElement,
  type EveryElement,
  type InactiveElement,
  type LeavesElement,
  type StayElement,
} from '@tripline/model';
import type { CalendarPart } from './calendar-part.js';
import { isOne, openersOf } from './beginning.js';
import { subjectOf } from './subject.js';
import { testOf, type Compilation } from './compilation.js';
import { membershipEvent, TRAITS_CHANGED, type Silence } from './compiled-trigger.js';
import { compileDate, compileEvery } from './compile-calendar.js';
import type { Condition, Extra, GroupNode, Item, Leaf, Node, SequenceNode } from './condition.js';
import { FACTS_UNUSED_MAX } from '../condition/fact.js';

export type CompiledCondition = { readonly condition: Condition; readonly silence?: Silence; readonly calendar?: CalendarPart };

/** The condition of a trigger: its elements as nodes, and a leaf wherever events are looked at. */
export function compileCondition(compilation: Compilation): CompiledCondition {
  const { by, when, onRepeat } = compilation.trigger;
  const compiler = new ConditionCompiler(compilation);
  const root = compiler.sequence(when.sequence, when.within, { path: 'when', isFirst: true, isLast: true });
  const opens = openersOf(root);
  const { silence, calendar } = compiler;
  const isSource = calendar !== undefined || (silence !== undefined && opens.length === 0);
  const first = isSource ? 'silence' : isOne(root) ? 'one' : 'several';
  if (silence !== undefined && by !== undefined) compilation.refuse('by', "silence is a person's: `inactive` knows no `by`");
  if (calendar !== undefined && by !== undefined)
    compilation.refuse('by', 'a date or a schedule is of a person: it knows no `by`');
  if (calendar !== undefined && (onRepeat === 'restart' || onRepeat === 'extend'))
    compilation.refuse('onRepeat', `each occurrence is an attempt of its own: there is nothing to ${onRepeat}`);
  if ((first === 'several' || silence?.among === true) && (onRepeat === 'restart' || onRepeat === 'extend'))
    compilation.refuse('onRepeat', `${onRepeat} needs a first element that is one event`);
  const condition: Condition = {
    ...{ root, leaves: compiler.leaves, limits: compiler.limits, opens, first },
    recalled: compiler.leaves.filter(({ role, memory }) => memory !== undefined && (role === 'not' || role === 'event')),
  };
  return { condition, ...(silence === undefined ? {} : { silence }), ...(calendar === undefined ? {} : { calendar }) };
}

/** Where an element stands, and whether the whole condition begins or ends with it; `among`: it may begin with something else. */
type Place = { readonly path: string; readonly isFirst: boolean; readonly isLast: boolean; readonly among?: boolean };
type Looks = {
  readonly names: readonly string[];
  readonly role: Leaf['role'];
  readonly where?: string | undefined;
  readonly by?: string | undefined;
  readonly as?: string | undefined;
  readonly extra?: Extra;
  readonly memory?: Duration;
  readonly ends?: boolean;
};

class ConditionCompiler {
  readonly leaves: Leaf[] = [];
  readonly limits: number[] = [];
  silence: Silence | undefined;
  calendar: CalendarPart | undefined;
  #aliases = 0;

  constructor(readonly compilation: Compilation) {}

  sequence(elements: readonly Element[], within: Duration | undefined, { path, isFirst, isLast, among }: Place): SequenceNode {
    const items: Item[] = [];
    let without: Leaf[] = [];
    elements.forEach((element, i) => {
      const ends = {
        isFirst: isFirst && i === 0,
        ...(among === undefined ? {} : { among }),
        isLast: isLast && i === elements.length - 1,
      };
      const place = { path: `${path}.sequence.${i}`, ...ends };
      if ('not' in element && element.for === undefined) return void without.push(this.between(element, place));
      if (within !== undefined && ('not' in element || 'inactive' in element) && (element.for ?? 0) > within)
        this.compilation.refuse(`${place.path}.for`, 'is longer than the sequence may last');
      items.push({ node: this.node(element, place), without });
      without = [];
    });
    return { kind: 'sequence', items, ...span(within) };
  }

  private node(element: Element, place: Place): Node {
    if ('sequence' in element) return this.sequence(element.sequence, element.within, place);
    if (place.isFirst && 'all' in element && isSilentAll(element)) return this.silentAll(element, place);
    if ('all' in element) return this.group('all', element.all, element.within, place);
    if ('any' in element) return this.group('any', element.any, element.within, place);
    if ('not' in element) return this.absence({ ...element, for: element.for ?? (0 as Duration) }, place);
    if ('seen' in element) return this.look(element.seen, 'seen', element, place);
    if ('notSeen' in element) return this.look(element.notSeen, 'notSeen', element, place);
    if ('inactive' in element) return this.inactive(element, place);
    if ('date' in element || 'every' in element) return this.onCalendar(element, place);
    if ('stay' in element) return this.stay(element, place);
    if ('enters' in element || 'leaves' in element) return this.membership(element, place);
    return 'changed' in element ? this.changed(element, place) : this.event(element, place);
  }

  private group(
    kind: GroupNode['kind'],
    elements: readonly Element[],
    within: Duration | undefined,
    { path, isFirst, among = false }: Place,
  ): Node {
    const place = { isFirst, isLast: false, among: among || kind === 'any' };
    const nodes = elements.map((element, i) => this.node(element, { ...place, path: `${path}.${kind}.${i}` }));
    elements.forEach((element, i) => {
      if ('inactive' in element && within !== undefined && element.for > within)
        this.compilation.refuse(`${path}.${kind}.${i}.for`, 'is longer than the group may last');
    });
    return { kind, nodes, ...span(within) };
  }

  /** What was, asked when the silence is over: one after the other, whatever stands first. */
  private silentAll({ all, within }: AllElement, { path, ...place }: Place): Node {
    const nodes = all.map((element, i) => ({ element, node: this.node(element, { ...place, path: `${path}.all.${i}` }) }));
    const inTurn = [
      ...nodes.filter(({ element }) => 'inactive' in element),
      ...nodes.filter(({ element }) => !('inactive' in element)),
    ];
    return { kind: 'sequence', items: inTurn.map(({ node }) => ({ node, without: [] })), ...span(within) };
  }

  private event(element: EventElement, place: Place): Node {
    const { where, by, as, times } = element;
    if (place.isFirst && by === 'none' && this.compilation.trigger.by !== undefined)
      this.compilation.refuse(`${place.path}.by`, 'the first element gives the key: it cannot lift it');
    const memory = place.isFirst ? {} : { memory: 0 as Duration };
    const limit = place.isFirst ? times : Math.max(times ?? 0, FACTS_UNUSED_MAX);
    const leaf = this.leaf({ ...subjectOf(element), role: 'event', where, by, as, ...memory }, place.path, limit);
    if (times === undefined) return { kind: 'event', leaf, ...span(element.within) };
    return { kind: 'times', leaf, count: times, first: place.isFirst, ...span(element.within) };
  }

  private absence(
    element: { not: string; where?: string | undefined; by?: string | undefined; for: Duration },
    { path, isLast: ends }: Place,
  ): Node {
    const { not, where, by } = element;
    const leaf = this.leaf({ names: [not], role: 'not', where, by, memory: element.for, ends }, path);
    return { kind: 'absence', leaf, for: element.for, strict: false };
  }

  private between(
    { not, where, by }: { not: string; where?: string | undefined; by?: string | undefined },
    { path }: Place,
  ): Leaf {
    return this.leaf({ names: [not], role: 'not', where, by, memory: 0 as Duration }, path);
  }

  private look(
    name: string,
    role: 'seen' | 'notSeen',
    { where, by, within }: { where?: string | undefined; by?: string | undefined; within: Duration },
    { path }: Place,
  ): Node {
    const leaf = this.leaf({ names: [name], role, where, by, memory: within }, path, 0);
    for (const alias of this.compilation.names.aliases)
      if (leaf.where?.reads.has(alias) === true)
        this.compilation.refuse(
          `${path}.where`,
          `${JSON.stringify(alias)} is not known yet: what one looks back to happened before`,
        );
    return { kind: 'look', leaf, within };
  }

  private inactive(element: InactiveElement, place: Place): Node {
    return place.isFirst ? this.source(element, place) : this.silenceAfter(element, place);
  }

  /** A person's, whatever the key of the attempt: an event says nothing else than that they are there. */
  private silenceAfter({ inactive, for: length, as }: InactiveElement, { path }: Place): Node {
    const rest = this.compilation.trigger.by === undefined ? {} : { by: 'none' };
    const extra: Extra = { kind: 'activity' };
    const leaf = this.leaf({ names: [inactive], role: 'not', as, extra, memory: length, ...rest }, path);
    return { kind: 'silence', leaf, for: length };
  }

  private source({ inactive, for: length, as, again }: InactiveElement, { path, among = false }: Place): Node {
    const leaf = this.leaf({ names: [inactive], role: 'not', as, extra: { kind: 'activity' } }, path);
    this.silence = {
      ...{ leaf, for: length, among },
      ...(as === undefined ? {} : { alias: as }),
      ...(again === undefined ? {} : { again }),
    };
    return { kind: 'absence', leaf, for: length, strict: true, ...(among ? { spell: true } : {}) };
  }

  /** What no event begins, but an instant: its fact is there when the attempt opens. */
  private onCalendar(element: DateElement | EveryElement, { path }: Place): Node {
    const leaf = this.leaf({ names: [], role: 'event', as: element.as }, path);
    const { compilation } = this;
    this.calendar =
      'date' in element ? compileDate(compilation, element, leaf, path) : compileEvery(compilation, element, leaf, path);
    return { kind: 'event', leaf };
  }

  /** On the page, and neither on another nor gone until the time is over. */
  private stay({ stay, for: length, as }: StayElement, place: Place): Node {
    const on = this.leaf({ ...subjectOf({ page: stay }), role: 'event', as }, place.path);
    const gone = this.leaf(
      { names: [EVENT_OF.page, EVENT_OF.leave], role: 'not', memory: length, ends: place.isLast },
      place.path,
    );
    const items = [
      { node: { kind: 'event', leaf: on } as const, without: [] },
      { node: { kind: 'absence', leaf: gone, for: length, strict: false } as const, without: [] },
    ];
    return { kind: 'sequence', items };
  }

  private changed({ changed, from, to, as, within }: ChangedElement, place: Place): Node {
    const extra: Extra = { kind: 'change', trait: changed.slice('user.'.length), from, to };
    return { kind: 'event', leaf: this.leaf({ names: [TRAITS_CHANGED], role: 'event', as, extra }, place.path), ...span(within) };
  }

  /** A segment is a person's: what begins an attempt has no key, what comes later belongs to every one. */
  private membership(element: EntersElement | LeavesElement, { path, isFirst }: Place): Node {
    const member = 'enters' in element;
    const segment = 'enters' in element ? element.enters : element.leaves;
    const { by } = this.compilation.trigger;
    if (isFirst && by !== undefined)
      this.compilation.refuse('by', `a segment is a person's: \`${member ? 'enters' : 'leaves'}\` knows no \`by\``);
    const extra: Extra = { kind: 'membership', segment, member };
    const rest = { ...(by === undefined ? {} : { by: 'none' }), ...(isFirst ? {} : { memory: 0 as Duration }) };
    const names = [membershipEvent(segment, member)];
    return {
      kind: 'event',
      leaf: this.leaf({ names, role: 'event', as: element.as, extra, ...rest }, path),
      ...span(element.within),
    };
  }

  private leaf(looks: Looks, path: string, limit = FACTS_UNUSED_MAX): Leaf {
    const { names, role, where, by, as, extra, memory, ends = false } = looks;
    const { compilation } = this;
    const compiled = compilation.test(path, names[0] ?? '', { where, by }, compilation.names.besideEvent(this.#aliases));
    if (as !== undefined) this.#aliases++;
    const leaf: Leaf = {
      index: this.leaves.length,
      test: testOf(ends ? 'end' : role, names, { where, by }, extra),
      ...{ names, role, ends },
      key: compiled.key,
      ...(compiled.where === undefined ? {} : { where: compiled.where }),
      ...(extra === undefined ? {} : { extra }),
      ...(as === undefined ? {} : { alias: as }),
      ...(memory === undefined ? {} : { memory }),
    };
    if (as !== undefined) compilation.names.leafOf.set(as, leaf.index);
    this.leaves.push(leaf);
    this.limits.push(limit);
    return leaf;
  }
}

const span = (within: Duration | undefined): { readonly within?: Duration } => (within === undefined ? {} : { within });
