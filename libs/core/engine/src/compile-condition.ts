import type { Element } from '@tripline/model';
import type { Compilation } from './compilation.js';
import type { Part } from './compiled-trigger.js';

/** The elements of a trigger's condition, in their order. */
export function compileCondition(compilation: Compilation): readonly Part[] {
  const { by, when } = compilation.trigger;
  const [first] = when.sequence;
  if (first !== undefined && 'inactive' in first && by !== undefined)
    compilation.refuse('by', "silence is a person's: `inactive` knows no `by`");
  if (first !== undefined && 'event' in first && first.by === 'none' && by !== undefined)
    compilation.refuse('when.sequence.0.by', 'the first element gives the key: it cannot lift it');
  return when.sequence.flatMap((element, i) => compileElement(compilation, element, i));
}

function compileElement(compilation: Compilation, element: Element, position: number): Part[] {
  const path = `when.sequence.${position}`;
  const { when } = compilation.trigger;
  if ('inactive' in element) return [{ kind: 'inactive', name: element.inactive, for: element.for, ...alias(element.as) }];
  const before = when.sequence.slice(0, position).filter((each) => 'as' in each && each.as !== undefined).length;
  const names = compilation.names.besideEvent(before);
  if ('not' in element && element.for !== undefined) {
    if (when.within !== undefined && element.for > when.within)
      compilation.refuse(`${path}.for`, 'is longer than the sequence may last');
    return [{ kind: 'not', for: element.for, ...compilation.test(path, element.not, element, names) }];
  }
  if (!('event' in element) || element.event === undefined || element.times !== undefined) {
    compilation.refuse(path, 'is not understood yet');
    return [];
  }
  const within = element.within === undefined ? {} : { within: element.within };
  return [{ kind: 'event', ...within, ...alias(element.as), ...compilation.test(path, element.event, element, names) }];
}

const alias = (as: string | undefined): { readonly alias?: string } => (as === undefined ? {} : { alias: as });
