import type { ListLet } from '@tripline/model';
import type { Compilation } from './compilation.js';
import type { ListPart, Projection } from './compiled-trigger.js';
import { eventReads } from '../expression/event-reads.js';

/** The sums of `let`, before anything that may read them. */
export function compileSums(compilation: Compilation): void {
  const { let: lets } = compilation.trigger;
  for (const [name, spec] of Object.entries(lets)) {
    const of = 'of' in spec ? lets[spec.of] : undefined;
    if ('of' in spec && (of === undefined || !('list' in of)))
      compilation.refuse(`let.${name}.of`, `${JSON.stringify(spec.of)} is not a list of this trigger`);
    if (!('sum' in spec)) continue;
    const compiled = compilation.expression(`let.${name}.sum`, spec.sum, compilation.names.besideEvent(), spec.of);
    if (compiled !== undefined) compilation.sums.set(name, compiled);
  }
}

/** The lists of `let`, after everything that may read them. */
export const compileLists = (compilation: Compilation): readonly ListPart[] =>
  Object.entries(compilation.trigger.let).flatMap(([name, spec]) =>
    'list' in spec ? [compileList(compilation, name, spec)] : [],
  );

function compileList(compilation: Compilation, name: string, spec: ListLet): ListPart {
  const path = `let.${name}`;
  const beside = compilation.names.besideEvent();
  if (spec.minus !== undefined && spec.unique === undefined)
    compilation.refuse(`${path}.minus`, 'needs `unique`: what makes two of them the same');
  const add = compilation.test(path, spec.list, { where: spec.where }, beside);
  const unique = compilation.expression(`${path}.unique`, spec.unique, beside);
  const rest = { ...(unique === undefined ? {} : { unique }), ...(spec.minus === undefined ? {} : { minus: spec.minus }) };
  const values = compilation.expressions.filter((each) => each.list === name).map((each) => each.expression);
  return { name, add, newest: spec.newest, keep: keepOf(compilation, name), values, ...rest };
}

/** A list read as such is kept whole; one that is only summed keeps what the sums read. */
function keepOf({ expressions }: Compilation, name: string): Projection {
  const sums = expressions.filter((each) => each.list === name);
  const whole = expressions.some((each) => each.list === undefined && each.expression.reads.has(name));
  return whole ? new Set(['*']) : new Set(sums.flatMap((each) => eventReads(each.expression)));
}
