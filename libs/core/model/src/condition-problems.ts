import type { Problem } from '@tripline/kernel';
import {
  childrenOf,
  CONDITION_DEPTH_MAX,
  ELEMENTS_MAX,
  isLook,
  isSilentAll,
  SUBJECTS,
  walk,
  type Element,
  type SequenceElement,
} from './condition.js';

/** What no event begins: it begins a condition, or nowhere. */
const SOURCES = ['date', 'every'] as const;

/** What the schema cannot say of a condition: what may come first, and where `not` may stand. */
export function conditionProblems(root: SequenceElement, path: string): Problem[] {
  const problems = [...firstProblems(root, path), ...absenceProblems(root, path), ...silenceProblems(root, path)];
  const all = [...walk(root, path)];
  if (all.length > ELEMENTS_MAX) problems.push({ path, message: `has more than ${ELEMENTS_MAX} elements in all` });
  const deep = all.find((each) => each.path.split('.').length - path.split('.').length > 2 * CONDITION_DEPTH_MAX);
  if (deep !== undefined) problems.push({ path: deep.path, message: `is more than ${CONDITION_DEPTH_MAX} groups deep` });
  const first = childrenOf(root)[0]?.element;
  for (const { path: at, element } of all) {
    const source = SOURCES.find((field) => field in element);
    if (source !== undefined && element !== first)
      problems.push({ path: at, message: `\`${source}\` must be the first element` });
  }
  return problems;
}

/** Of silence: one begins a condition, beside an event only as another of `any`; after an element it is over once. */
function silenceProblems(root: SequenceElement, path: string): Problem[] {
  const sources = [...beginningsOf(root, path)].filter(({ element }) => 'inactive' in element);
  const again = [...walk(root, path)].filter(
    ({ path: at, element }) =>
      'inactive' in element && element.again !== undefined && sources.every((source) => source.path !== at),
  );
  return [
    ...again.map(({ path: at }) => ({
      path: `${at}.again`,
      message: 'is told once here: only an `inactive` that begins the condition is told again',
    })),
    ...sources.slice(1).map((other) => ({
      path: other.path,
      message: 'the condition begins with another silence already: write a trigger for each',
    })),
    ...allProblems(root, path),
  ];
}

/** All that an attempt may begin with, with where it stands. */
function* beginningsOf(element: Element, path: string): Generator<{ readonly path: string; readonly element: Element }> {
  const children = childrenOf(element);
  for (const child of 'sequence' in element ? children.slice(0, 1) : children) {
    const at = `${path}.${child.path}`;
    yield { path: at, element: child.element };
    yield* beginningsOf(child.element, at);
  }
}

/** `all` that begins with silence asks at its end what was: nothing else has an instant that they could come together at. */
function allProblems(root: SequenceElement, path: string): Problem[] {
  const groups = [...beginningsOf(root, path)].filter(({ element }) => 'all' in element);
  return groups.flatMap(({ path: at, element }) => {
    if (![...beginningsOf(element, at)].some((each) => 'inactive' in each.element)) return [];
    const wrong = childrenOf(element).filter((child) => !('inactive' in child.element) && !isLook(child.element));
    return wrong.map((child) => ({
      path: `${at}.${child.path}`,
      message:
        'beside an `inactive` that begins the condition `all` takes `seen` and `notSeen`: ask so for what happened before, and write what is to come after the group. Where either may come first, write `any` of two sequences, one for each order',
    }));
  });
}

/** What begins an attempt is something that happens: an absence or a look back counts from an element before it. */
function firstProblems(element: Element, path: string): Problem[] {
  const children = childrenOf(element);
  const firsts = 'sequence' in element ? children.slice(0, 1) : children;
  return firsts.flatMap((child) => {
    const at = `${path}.${child.path}`;
    const within = 'within' in child.element && child.element.within !== undefined && isPlainEvent(child.element);
    if ('not' in child.element)
      return [{ path: at, message: 'nothing comes before this `not`: absence counts from an element before it' }];
    if (isLook(child.element) && isSilentAll(element)) return [];
    if (isLook(child.element))
      return [{ path: at, message: 'nothing comes before this: one looks back from an element before it' }];
    if (within) return [{ path: `${at}.within`, message: 'counts from the element before, and there is none' }];
    return firstProblems(child.element, at);
  });
}

const isPlainEvent = (element: Element): boolean =>
  'changed' in element ||
  'enters' in element ||
  'leaves' in element ||
  (SUBJECTS.some((field) => field in element) && !('times' in element && element.times !== undefined));

/** A `not` without `for` stands between two elements of a sequence. */
function absenceProblems(group: Element, path: string): Problem[] {
  const children = childrenOf(group);
  return children.flatMap(({ path: under, element }, i) => {
    const at = `${path}.${under}`;
    if (!('not' in element) || element.for !== undefined) return absenceProblems(element, at);
    const next = children[i + 1]?.element;
    const isBetween = 'sequence' in group && next !== undefined && !('not' in next && next.for === undefined);
    const message = 'says neither `for` how long, nor stands between two elements of a sequence';
    return isBetween || ('sequence' in group && next !== undefined) ? [] : [{ path: at, message }];
  });
}
