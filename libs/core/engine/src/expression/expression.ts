import { Environment, ParseError, type ASTNode } from '@marcbachmann/cel-js';
import { accept, assert, refuse, type Json, type JsonObject, type Parsed } from '@tripline/kernel';
import { FUNCTIONS } from './functions.js';
import { BINARY, both, either, UNARY, type Binary } from './operators.js';
import { elementsOf, known, MACROS } from './macros.js';
import type { Scope } from './scope.js';
import { Budget, propertyOf, UNKNOWN, type Value } from './value.js';

/** One evaluation: what the names mean, the variables of macros by depth, and the steps left. */
type Frame = { readonly scope: Scope; readonly locals: Value[]; readonly budget: Budget };
type Node = (frame: Frame) => Value;

export type Getter = (scope: Scope) => Value;
/** What a name means where the expression stands; a text says why it means nothing there. */
export type Names = (name: string) => Getter | string;

/** Which properties of which names an expression reads; `*` is the whole. Known before anything is evaluated. */
export type Reads = ReadonlyMap<string, ReadonlySet<string>>;
export type Expression = {
  readonly evaluate: (scope: Scope) => Value;
  readonly reads: Reads;
  /** The segments it asks for: `"vip" in user.segments`. */
  readonly segments: ReadonlySet<string>;
  readonly tree: ASTNode;
  /** As it was written, and where. */
  readonly text: string;
  readonly path: string;
  /** What each name it reads comes to; names that are unknown are left out. */
  readonly valuesIn: (scope: Scope) => JsonObject;
};

const LIMITS = { maxAstNodes: 500, maxDepth: 30, maxListElements: 100, maxMapEntries: 100, maxCallArguments: 8 };
const cel = new Environment({ unlistedVariablesAreDyn: true, homogeneousAggregateLiterals: false, limits: LIMITS });

/** The problem of one expression, thrown inside this file only. */
class Refusal extends Error {}

/**
 * Compiles CEL once into functions. The library gives grammar and tree; evaluation is ours, because ours is three-valued without
 * exceptions, takes numbers as the doubles JSON has, and counts its steps. Problems name `path`.
 */
export function compileExpression(path: string, text: string, names: Names, asksSegments = true): Parsed<Expression> {
  try {
    const compiler = new Compiler(names, asksSegments);
    const tree = cel.parse(text).ast;
    const node = compiler.compile(tree, []);
    const evaluate = (scope: Scope): Value => node({ scope, locals: [], budget: new Budget() });
    const { reads, segments } = compiler;
    return accept({ evaluate, reads, segments, tree, text, path, valuesIn: (scope) => valuesOf(compiler, names, scope) });
  } catch (error) {
    if (error instanceof Refusal) return refuse({ path, message: error.message });
    if (error instanceof ParseError) return refuse({ path, message: `not CEL: ${syntax(error)}` });
    throw error;
  }
}

function valuesOf({ reads, segments }: Pick<Expression, 'reads' | 'segments'>, names: Names, scope: Scope): JsonObject {
  const values: Record<string, Json> = {};
  for (const segment of segments) {
    const member = scope.segments?.(segment) ?? UNKNOWN;
    if (member !== UNKNOWN) values[`${JSON.stringify(segment)} in user.segments`] = member;
  }
  for (const [name, fields] of reads) {
    const getter = names(name);
    const whole = typeof getter === 'string' ? UNKNOWN : getter(scope);
    for (const field of fields) {
      const value = field === '*' ? whole : propertyOf(whole, field);
      if (value !== UNKNOWN) values[field === '*' ? name : `${name}.${field}`] = value;
    }
  }
  return values;
}

const syntax = (error: ParseError): string =>
  error.range === undefined ? error.summary : `${error.summary} at character ${error.range.start + 1}`;

class Compiler {
  readonly reads = new Map<string, Set<string>>();
  readonly segments = new Set<string>();
  constructor(
    readonly names: Names,
    readonly asksSegments: boolean,
  ) {}

  compile(node: ASTNode, locals: readonly string[]): Node {
    const { op } = node;
    if (op === 'value') return constant(node.args);
    if (op === 'id') return this.name(node.args, locals, '*');
    if (op === '.') return this.select(node.args[0], node.args[1], locals);
    if (op === '&&' || op === '||') return this.logic(op, node.args, locals);
    if (op === '?:') return this.choice(node.args, locals);
    if (op === '!_' || op === '-_') return this.unary(op, node.args, locals);
    if (op === 'list') return this.list(node.args, locals);
    if (op === 'map') return this.map(node.args, locals);
    if (op === 'call') return this.call(node.args[0], node.args[1], locals);
    if (op === 'rcall') return this.method(node.args, locals);
    if (op === '.?' || op === '[?]') throw new Refusal('optional access is not part of the language: use default(x, fallback)');
    return this.binary(op, node.args, locals);
  }

  private name(name: string, locals: readonly string[], field: string): Node {
    const slot = locals.lastIndexOf(name);
    if (slot >= 0) return (frame) => frame.locals[slot] ?? UNKNOWN;
    const getter = this.names(name);
    if (typeof getter === 'string') throw new Refusal(getter);
    const fields = this.reads.get(name) ?? new Set();
    this.reads.set(name, fields.add(field));
    return (frame) => getter(frame.scope);
  }

  private select(of: ASTNode, name: string, locals: readonly string[]): Node {
    if (isSegments(of, name, locals)) throw new Refusal(`\`user.segments\` stands after \`in\`: ${IN_SEGMENT}`);
    const object = of.op === 'id' ? this.name(of.args, locals, name) : this.compile(of, locals);
    return (frame) => propertyOf(object(frame), name);
  }

  private logic(op: '&&' | '||', args: readonly [ASTNode, ASTNode], locals: readonly string[]): Node {
    const [a, b] = this.all(args, locals) as [Node, Node];
    const combine = op === '&&' ? both : either;
    return (frame) => combine(a(frame), () => b(frame));
  }

  private choice(args: readonly [ASTNode, ASTNode, ASTNode], locals: readonly string[]): Node {
    const [test, yes, no] = this.all(args, locals) as [Node, Node, Node];
    return (frame) => {
      const answer = test(frame);
      return answer === true ? yes(frame) : answer === false ? no(frame) : UNKNOWN;
    };
  }

  private unary(op: '!_' | '-_', arg: ASTNode, locals: readonly string[]): Node {
    const apply = UNARY[op];
    assert(apply !== undefined, `the unary operator ${op} is in the table`);
    const value = this.compile(arg, locals);
    return (frame) => apply(value(frame));
  }

  private binary(op: string, args: readonly [ASTNode, ASTNode], locals: readonly string[]): Node {
    const apply: Binary | undefined = BINARY[op];
    if (apply === undefined) throw new Refusal(`the operator ${op} is not part of the language`);
    const [name, whole] = args;
    if (op === 'in' && whole.op === '.' && isSegments(whole.args[0], whole.args[1], locals)) return this.inSegment(name);
    const [a, b] = this.all(args, locals) as [Node, Node];
    return (frame) => apply(a(frame), b(frame), frame.budget);
  }

  private inSegment(name: ASTNode): Node {
    if (!this.asksSegments) throw new Refusal('a segment cannot ask for segments');
    if (name.op !== 'value' || typeof name.args !== 'string') throw new Refusal(`the segment is named as it is: ${IN_SEGMENT}`);
    const segment = name.args;
    this.segments.add(segment);
    return ({ scope }) => scope.segments?.(segment) ?? UNKNOWN;
  }

  private list(args: readonly ASTNode[], locals: readonly string[]): Node {
    const nodes = this.all(args, locals);
    return (frame) => known(nodes.map((node) => node(frame)));
  }

  private map(entries: readonly (readonly [ASTNode, ASTNode])[], locals: readonly string[]): Node {
    const keys = entries.map(([key]) => this.compile(key, locals));
    const values = entries.map(([, value]) => this.compile(value, locals));
    return (frame) => {
      const names = keys.map((key) => key(frame));
      const all = known(values.map((value) => value(frame)));
      if (!Array.isArray(all) || !names.every((name) => typeof name === 'string')) return UNKNOWN;
      return Object.fromEntries(names.map((name, i) => [name, all[i] as Json]));
    };
  }

  private call(name: string, args: readonly ASTNode[], locals: readonly string[]): Node {
    if (name === 'has') return this.has(args, locals);
    if (name === 'matches') throw new Refusal('`matches` is not part of the language: use contains, startsWith or endsWith');
    const fn = Object.hasOwn(FUNCTIONS, name) ? FUNCTIONS[name] : undefined;
    if (fn === undefined) throw new Refusal(`there is no function ${JSON.stringify(name)}`);
    if (fn.arity !== args.length) throw new Refusal(`${name} takes ${fn.arity} value(s), not ${args.length}`);
    const nodes = this.all(args, locals);
    return (frame) =>
      fn.call(
        nodes.map((node) => node(frame)),
        frame.budget,
      );
  }

  /** Is the property there? Unknown where what should hold it is not. */
  private has(args: readonly ASTNode[], locals: readonly string[]): Node {
    const [of] = args;
    if (args.length !== 1 || of === undefined || (of.op !== '.' && of.op !== 'id'))
      throw new Refusal('has takes one property, like has(user.email)');
    const whole = this.compile(of, locals);
    if (of.op === 'id') return (frame) => whole(frame) !== UNKNOWN;
    const holder = this.compile(of.args[0], locals);
    return (frame) => (holder(frame) === UNKNOWN ? UNKNOWN : whole(frame) !== UNKNOWN);
  }

  private method([name, subject, args]: readonly [string, ASTNode, readonly ASTNode[]], locals: readonly string[]): Node {
    const macro = Object.hasOwn(MACROS, name) ? MACROS[name] : undefined;
    if (macro === undefined) return this.call(name, [subject, ...args], locals);
    const [variable, body] = args;
    if (args.length !== 2 || variable?.op !== 'id' || body === undefined)
      throw new Refusal(`write ${name} as x.${name}(each, …)`);
    const of = this.compile(subject, locals);
    const test = this.compile(body, [...locals, variable.args]);
    const slot = locals.length;
    return (frame) => {
      const list = elementsOf(of(frame));
      return list === undefined
        ? UNKNOWN
        : macro(list, (each) => (frame.budget.take() ? ((frame.locals[slot] = each), test(frame)) : UNKNOWN));
    };
  }

  private all(nodes: readonly ASTNode[], locals: readonly string[]): Node[] {
    return nodes.map((node) => this.compile(node, locals));
  }
}

const IN_SEGMENT = 'write for example "vip" in user.segments';
const isSegments = (of: ASTNode, name: string, locals: readonly string[]): boolean =>
  of.op === 'id' && of.args === 'user' && name === 'segments' && !locals.includes('user');

function constant(value: unknown): Node {
  const plain = typeof value === 'bigint' ? Number(value) : value;
  if (plain !== null && !['string', 'number', 'boolean'].includes(typeof plain))
    throw new Refusal('bytes and unsigned numbers are not part of the language');
  return () => plain as Json;
}
