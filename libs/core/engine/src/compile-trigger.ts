import { accept, refuse, type Parsed, type Problem } from '@tripline/kernel';
import {
  CHANNELS,
  EXPIRES_DEFAULT,
  type Element,
  type ExitRule,
  type ListLet,
  type MessageStep,
  type Step,
  type Trigger,
  type WaitStep,
} from '@tripline/model';
import type {
  CompiledTrigger,
  EventTest,
  ListPart,
  MessagePart,
  Part,
  Projection,
  StepPart,
  WaitPart,
} from './compiled-trigger.js';
import { compileKey } from './correlation.js';
import { compileExpression, type Expression, type Names } from './expression.js';
import { TriggerNames } from './names.js';
import { rolesOf } from './roles.js';

/** Compiles a trigger: every expression once, every name resolved. All problems at once, each with its path in the document. */
export function compileTrigger(trigger: Trigger): Parsed<CompiledTrigger> {
  const problems: Problem[] = shapeProblems(trigger);
  const compiled = new TriggerCompiler(trigger, problems).compile();
  return problems.length === 0 ? accept(compiled) : refuse(...problems);
}

/** What the schema cannot say. */
function shapeProblems({ by, let: lets, when: { elements, within } }: Trigger): Problem[] {
  const problems: Problem[] = [];
  const add = (path: string, message: string): void => void problems.push({ path, message });
  const first = elements[0];
  if (first !== undefined && 'inactive' in first && by !== undefined)
    add('by', "silence is a person's: `inactive` knows no `by`");
  if (first !== undefined && 'event' in first && first.by === 'none' && by !== undefined)
    add('when.0.by', 'the first element gives the key: it cannot lift it');
  elements.forEach((e, i) => {
    if ('by' in e && by === undefined) add(`when.${i}.by`, 'the trigger has no `by` that this could change');
    if ('within' in e && i === 0) add('when.0.within', 'counts from the element before, and there is none');
    if ('not' in e && within !== undefined && e.for > within) add(`when.${i}.for`, 'is longer than the sequence may last');
  });
  for (const [name, spec] of Object.entries(lets)) {
    const of = 'of' in spec ? lets[spec.of] : undefined;
    if ('of' in spec && (of === undefined || !('list' in of)))
      add(`let.${name}.of`, `${JSON.stringify(spec.of)} is not a list of this trigger`);
    if ('minus' in spec && spec.minus !== undefined && spec.unique === undefined)
      add(`let.${name}.minus`, 'needs `unique`: what makes two of them the same');
  }
  return problems;
}

class TriggerCompiler {
  readonly #names: TriggerNames;
  readonly #sums = new Map<string, Expression>();
  /** Every expression by where it stands, for what they read. */
  readonly #all: { readonly expression: Expression; readonly list?: string }[] = [];

  constructor(
    readonly trigger: Trigger,
    readonly problems: Problem[],
  ) {
    this.#names = new TriggerNames(trigger, this.#sums);
  }

  /** As a live version 0; the program puts in its own. */
  compile(): CompiledTrigger {
    const { trigger } = this;
    for (const [name, spec] of Object.entries(trigger.let)) if ('sum' in spec) this.sum(name, spec.sum, spec.of);
    const guard = this.expression('if', trigger.if, this.#names.ofState);
    const parts = trigger.when.elements.map((element, i) => this.part(element, i));
    const steps = trigger.do.map((step, i) => this.step(step, i));
    const exits = trigger.exit.flatMap((rule, i) => this.exit(rule, i));
    const states = trigger.exit.flatMap((rule, i) =>
      'is' in rule ? (this.expression(`exit.${i}.is`, rule.is, this.#names.ofState) ?? []) : [],
    );
    const lists = Object.entries(trigger.let).flatMap(([name, spec]) => ('list' in spec ? [this.list(name, spec)] : []));
    const last = parts.at(-1);
    const first = parts[0];
    return {
      name: trigger.name,
      version: 0,
      live: true,
      trigger,
      parts,
      ...(last?.kind === 'not' ? { absence: last } : {}),
      ...(first?.kind === 'inactive' ? { inactive: first } : {}),
      ...(guard === undefined ? {} : { guard }),
      steps,
      states,
      lists,
      keeps: this.aliasKeeps(),
      roles: rolesOf(parts, steps, exits, lists),
      ...trigger.time,
    };
  }

  private expression(path: string, text: string | undefined, names: Names, list?: string): Expression | undefined {
    if (text === undefined) return undefined;
    const compiled = compileExpression(path, text, names);
    if (!compiled.ok) return void this.problems.push(...compiled.problems);
    this.problems.push(...this.#names.wrongFlags(compiled.value).map((message) => ({ path, message })));
    this.#all.push({ expression: compiled.value, ...(list === undefined ? {} : { list }) });
    return compiled.value;
  }

  private test(path: string, name: string, where: string | undefined, by: string | undefined, names: Names): EventTest {
    const compiled = this.expression(`${path}.where`, where, names);
    return { name, key: compileKey(by ?? this.trigger.by), ...(compiled === undefined ? {} : { where: compiled }) };
  }

  private part(element: Element, position: number): Part {
    if ('inactive' in element) return { kind: 'inactive', name: element.inactive, for: element.for, ...alias(element.as) };
    const path = `when.${position}`;
    const names = this.#names.besideEvent(this.aliasesBefore(position));
    if ('not' in element)
      return { kind: 'not', for: element.for, ...this.test(path, element.not, element.where, element.by, names) };
    const within = element.within === undefined ? {} : { within: element.within };
    return {
      kind: 'event',
      ...within,
      ...alias(element.as),
      ...this.test(path, element.event, element.where, element.by, names),
    };
  }

  private aliasesBefore(position: number): number {
    return this.trigger.when.elements.slice(0, position).filter((e) => 'as' in e && e.as !== undefined).length;
  }

  private step(step: Step, i: number): StepPart {
    return 'wait' in step ? this.wait(step, i) : this.message(step, i);
  }

  private message(step: MessageStep, i: number): MessagePart {
    const channel = CHANNELS.find((c) => c in step) ?? 'email';
    const data = Object.entries(step.with ?? {}).flatMap(([name, text]) => {
      const value = this.expression(`do.${i}.with.${name}`, text, this.#names.ofState);
      return value === undefined ? [] : [{ name, value }];
    });
    const template = (step as { readonly [channel: string]: unknown })[channel] as string;
    return { kind: 'message', id: step.id, channel, template, data, expires: step.expires ?? EXPIRES_DEFAULT };
  }

  private wait({ wait }: WaitStep, i: number): WaitPart {
    if ('for' in wait) return { kind: 'wait', length: wait.for };
    const { event, of, where } = wait.until;
    const before = this.trigger.do.slice(0, i).some((s) => 'id' in s && s.id === of);
    if (of !== undefined && !before)
      this.problems.push({ path: `do.${i}.wait.until.of`, message: `${JSON.stringify(of)} is not a step before this` });
    const until = this.test(`do.${i}.wait.until`, event, where, undefined, this.#names.besideEvent());
    return { kind: 'wait', length: wait.atMost, until: { ...until, ...(of === undefined ? {} : { of }) } };
  }

  private exit(rule: ExitRule, i: number): EventTest[] {
    return 'is' in rule ? [] : [this.test(`exit.${i}`, rule.event, rule.where, rule.by, this.#names.besideEvent())];
  }

  private sum(name: string, text: string, of: string): void {
    const compiled = this.expression(`let.${name}.sum`, text, this.#names.besideEvent(), of);
    if (compiled !== undefined) this.#sums.set(name, compiled);
  }

  private list(name: string, spec: ListLet): ListPart {
    const path = `let.${name}`;
    const add = this.test(path, spec.list, spec.where, undefined, this.#names.besideEvent());
    const unique = this.expression(`${path}.unique`, spec.unique, this.#names.besideEvent());
    const rest = { ...(unique === undefined ? {} : { unique }), ...(spec.minus === undefined ? {} : { minus: spec.minus }) };
    const values = this.#all.filter((e) => e.list === name).map((e) => e.expression);
    return { name, add, newest: spec.newest, keep: this.listKeep(name), values, ...rest };
  }

  /** A list read as such is kept whole; one that is only summed keeps what the sums read. */
  private listKeep(name: string): Projection {
    const sums = this.#all.filter((e) => e.list === name);
    const whole = this.#all.some((e) => e.list === undefined && e.expression.reads.has(name));
    return whole ? new Set(['*']) : new Set(sums.flatMap((e) => eventReads(e.expression)));
  }

  private aliasKeeps(): ReadonlyMap<string, Projection> {
    const keeps = new Map<string, Set<string>>();
    for (const element of this.trigger.when.elements)
      if ('as' in element && element.as !== undefined) keeps.set(element.as, new Set());
    for (const { expression } of this.#all)
      for (const [name, fields] of expression.reads) for (const field of fields) keeps.get(name)?.add(field);
    return keeps;
  }
}

const alias = (as: string | undefined): { readonly alias?: string } => (as === undefined ? {} : { alias: as });

/** Names that are properties of the event beside the expression: `event.x` and bare ones. Others are harmless here. */
const eventReads = ({ reads }: Expression): string[] =>
  [...reads].flatMap(([name, fields]) => (name === 'event' ? [...fields] : [name]));
