import { digest, type Problem } from '@tripline/kernel';
import { documentPath, type Trigger } from '@tripline/model';
import type { EventTest } from './compiled-trigger.js';
import type { Extra, Leaf } from './condition.js';
import { compileKey, readsOfKey } from '../condition/correlation.js';
import { compileExpression, type Expression, type Names } from '../expression/expression.js';
import { eventReads } from '../expression/event-reads.js';
import { TriggerNames } from './names.js';

/**
 * What is asked of an event, in a few characters: a person keeps them with every entry of memory. Only one trigger's tests must differ;
 * an exit that asks what the `not` at the end asks is the same test.
 */
export const testOf = (
  role: Leaf['role'] | 'end',
  names: readonly string[],
  { where = '', by = '' }: Asked,
  extra?: Extra,
): string => digest(JSON.stringify([role, JSON.stringify(names), where, by, JSON.stringify(extra ?? null)])).slice(0, 8);

type Asked = { readonly where?: string | undefined; readonly by?: string | undefined };

/** One trigger on its way to being compiled: what its names mean, its expressions by where they stand, and what is wrong with it. */
export class Compilation {
  readonly problems: Problem[] = [];
  readonly names: TriggerNames;
  readonly sums = new Map<string, Expression>();
  /** Every expression, for what they read; `list` where it is a sum over one. */
  readonly expressions: { readonly expression: Expression; readonly list?: string }[] = [];

  constructor(readonly trigger: Trigger) {
    this.names = new TriggerNames(trigger, this.sums);
  }

  refuse(path: string, message: string): void {
    this.problems.push({ path: documentPath(this.trigger, path), message });
  }

  expression(path: string, text: string | undefined, names: Names, list?: string): Expression | undefined {
    if (text === undefined) return undefined;
    const compiled = compileExpression(documentPath(this.trigger, path), text, names);
    if (!compiled.ok) return void compiled.problems.forEach((problem) => this.refuse(problem.path, problem.message));
    for (const message of this.names.wrongFlags(compiled.value)) this.refuse(path, message);
    this.expressions.push({ expression: compiled.value, ...(list === undefined ? {} : { list }) });
    return compiled.value;
  }

  test(path: string, name: string, asked: Asked, names: Names): EventTest {
    const { where, by } = asked;
    const compiled = this.expression(`${path}.where`, where, names);
    if (by !== undefined && this.trigger.by === undefined)
      this.refuse(`${path}.by`, 'the trigger has no `by` that this could change');
    const key = compileKey(by ?? this.trigger.by);
    const reads = new Set([...readsOfKey(by ?? this.trigger.by), ...(compiled === undefined ? [] : eventReads(compiled))]);
    return { name, test: testOf('end', [name], asked), reads, key, ...(compiled === undefined ? {} : { where: compiled }) };
  }
}
