import type { Problem } from '@tripline/kernel';
import { childrenOf, documentPath, type Element, type Trigger } from '@tripline/model';

/**
 * Warns of what a trigger says that is legal but likely wrong, as far as the document alone tells. Only of marketing: what people have asked for
 * has no goal, goes to everyone it concerns, and as often.
 */
export function triggerWarnings(trigger: Trigger): readonly Problem[] {
  if (trigger.purpose !== 'marketing') return [];
  const { exit, goal } = trigger;
  return [
    ...(exit.length === 0 ? [{ path: 'exit', message: 'no exit: once begun, nothing the person does ends it' }] : []),
    ...(goal === undefined ? [{ path: 'goal', message: NO_GOAL }] : []),
    ...audienceWarnings(trigger),
  ];
}

const NO_GOAL = 'no goal: whether it does any good cannot be measured. Write for example { event: order.completed, within: 7d }';

/** An audience is bounded by what a person must have done, and by how often they hear of it. */
function audienceWarnings(trigger: Trigger): readonly Problem[] {
  const firsts = firstsOf(trigger.when, 'when').map(({ path, element }) => ({ path: documentPath(trigger, path), element }));
  const everyone = firsts.find(({ element }) => 'every' in element && element.in === undefined);
  if (everyone !== undefined)
    return [{ path: everyone.path, message: 'unbounded: everyone there is, each time it comes round; say whom, with `in`' }];
  if (trigger.limit !== undefined) return [];
  const wide = firsts.find(({ element }) => takesAnyone(element, trigger));
  if (wide === undefined) return [{ path: 'limit', message: 'no limit: a person may hear this as often as it happens' }];
  const cure = 'inactive' in wide.element ? 'add a `limit`' : 'narrow it with `where`, or add a `limit`';
  return [{ path: wide.path, message: `unbounded: everyone who comes by, as often as it happens; ${cure}` }];
}

type Placed = { readonly path: string; readonly element: Element };

/** The elements that an attempt may begin with. */
function firstsOf(group: Element, at: string): readonly Placed[] {
  const children = childrenOf(group).map(({ path, element }) => ({ path: `${at}.${path}`, element }));
  const firsts = 'sequence' in group ? children.slice(0, 1) : children;
  return firsts.flatMap((first) => (childrenOf(first.element).length === 0 ? [first] : firstsOf(first.element, first.path)));
}

/** Any event of its name, of anybody, whatever it says; or the silence of anybody. */
function takesAnyone(element: Element, { by }: Trigger): boolean {
  if ('inactive' in element) return element.inactive === 'any';
  return 'event' in element && element.event !== undefined && element.where === undefined && by === undefined;
}
