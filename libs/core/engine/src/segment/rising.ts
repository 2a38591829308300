import type { ASTNode } from '@marcbachmann/cel-js';
import type { AggregateKind } from '@tripline/model';

/** How a value moves as more events come: not at all, only up, only down, or nobody knows. */
type Trend = 'still' | 'up' | 'down' | 'any';

const TRENDS: Readonly<Record<AggregateKind, Trend>> = {
  count: 'up',
  distinct: 'up',
  max: 'up',
  min: 'down',
  sum: 'any',
  first: 'any',
  last: 'any',
};

/**
 * Can more events only make it truer? Then nothing that did not happen lets anybody join, and who joins is known at once. In doubt: no.
 * Booleans count as false < true.
 */
export const isRising = (ast: ASTNode, kinds: ReadonlyMap<string, AggregateKind>): boolean =>
  ['still', 'up'].includes(trendOf(ast, kinds));

function trendOf({ op, args }: ASTNode, kinds: ReadonlyMap<string, AggregateKind>): Trend {
  if (op === 'id') return trendOfName(args, kinds);
  const trends = partsOf(args).map((part) => trendOf(part, kinds));
  if (trends.every((trend) => trend === 'still')) return 'still';
  const [a = 'any', b = 'any'] = trends;
  if (op === '&&' || op === '||' || op === '+') return joint(a, b);
  if (op === '-' || op === '>' || op === '>=') return joint(a, flipped(b));
  if (op === '<' || op === '<=') return joint(flipped(a), b);
  return op === '!_' || op === '-_' ? flipped(a) : 'any';
}

/** Every node under one, wherever its operands hold it. */
const partsOf = (args: unknown): readonly ASTNode[] =>
  isNode(args) ? [args] : Array.isArray(args) ? args.flatMap((each: unknown) => partsOf(each)) : [];
const isNode = (part: unknown): part is ASTNode => typeof part === 'object' && part !== null && 'op' in part;

function trendOfName(name: string, kinds: ReadonlyMap<string, AggregateKind>): Trend {
  const kind = kinds.get(name);
  return kind === undefined ? 'still' : TRENDS[kind];
}

const joint = (a: Trend, b: Trend): Trend => (a === 'still' ? b : b === 'still' || a === b ? a : 'any');
const flipped = (trend: Trend): Trend => (trend === 'up' ? 'down' : trend === 'down' ? 'up' : trend);
