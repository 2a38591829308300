import { compileExpression } from '../expression/expression.js';
import { UNKNOWN } from '../expression/value.js';

/** Where it is asked in words whether there is such a property. */
const FORGIVING: readonly unknown[] = ['has', 'default'];

/**
 * The properties of the event beside it that an expression needs: bare names that are none of `others` (aliases, steps, `user`), and `event.x`. Those it
 * asks for with `has` or `default` may be missing. None where the expression does not compile.
 */
export function propertiesRead(text: string, others: ReadonlySet<string>): ReadonlySet<string> {
  const compiled = compileExpression('', text, () => () => UNKNOWN);
  if (!compiled.ok) return new Set();
  const { reads, tree } = compiled.value;
  const forgiven = new Set<string>();
  forgive(tree, forgiven);
  const bare = [...reads.keys()].filter((name) => name !== 'event' && !others.has(name));
  return new Set([...bare, ...(reads.get('event') ?? [])].filter((name) => name !== '*' && !forgiven.has(name)));
}

/** Adds what stands first in a forgiving call, wherever in the tree. */
function forgive(tree: unknown, into: Set<string>): void {
  if (Array.isArray(tree)) {
    const [name, given] = tree as readonly unknown[];
    const subject = Array.isArray(given) ? (given as readonly unknown[])[0] : given;
    if (FORGIVING.includes(name)) addNames(subject, into);
    for (const each of tree) forgive(each, into);
  } else if (isNode(tree)) forgive(tree.args, into);
}

/** `x` and the root of `x.y`; of `event.x` the property. */
function addNames(node: unknown, into: Set<string>): void {
  if (!isNode(node)) return;
  if (node.op === 'id') return void into.add(String(node.args));
  if (node.op !== '.' || !Array.isArray(node.args)) return;
  const [of, field] = node.args as readonly unknown[];
  if (isNode(of) && of.op === 'id' && of.args === 'event') into.add(String(field));
  else addNames(of, into);
}

const isNode = (value: unknown): value is { readonly op: string; readonly args: unknown } =>
  typeof value === 'object' && value !== null && 'op' in value && 'args' in value;
