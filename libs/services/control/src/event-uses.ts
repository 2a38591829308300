import {
  allSteps,
  documentPath,
  EVENT_OF,
  walk,
  type Element,
  type ExitRule,
  type Segment,
  type Step,
  type Trigger,
} from '@tripline/model';

/** An expression beside an event, and where it stands. */
export type Beside = { readonly path: string; readonly text: string };

/** One place of a document where an event is named. */
export type EventUse = {
  /** Where the name stands. */
  readonly path: string;
  readonly name: string;
  /** The name is the author's own, not one that a page element stands for. */
  readonly written: boolean;
  /** Where its correlation key is read, and where that is said, if it says so itself. */
  readonly key?: { readonly by: string; readonly path?: string };
  /** What is asked of such an event. */
  readonly reads: readonly Beside[];
};

/** `inactive: any` names no event. */
const ANY = 'any';

/** Every place where a trigger names an event, in the order of its parts: the condition, `let`, the steps, exits, the goal. */
export const triggerUses = (trigger: Trigger): readonly EventUse[] => [
  ...[...walk(trigger.when, 'when')].flatMap(({ path, element }) =>
    elementUses(element, documentPath(trigger, path), trigger.by),
  ),
  ...letUses(trigger),
  ...[...allSteps(trigger.do, 'do')].flatMap(({ path, step }) => stepUses(step, path, trigger.by)),
  ...trigger.exit.flatMap((exit, i) => exitUses(exit, `exit.${i}`, trigger.by)),
  ...goalUses(trigger),
];

/** The same of a segment: its aggregates. */
export const segmentUses = (segment: Segment): readonly EventUse[] =>
  Object.entries(segment.let).map(([name, { kind, event, value, where }]) => {
    const at = `let.${name}`;
    const reads = [...beside(`${at}.where`, where), ...beside(`${at}.${kind}`, value)];
    return { path: `${at}.${kind === 'count' ? 'count' : 'event'}`, name: event, written: true, reads };
  });

/** The names that are no property where an expression stands beside an event of this trigger. */
export const namesBeside = (trigger: Trigger): ReadonlySet<string> =>
  new Set([
    'user',
    ...[...walk(trigger.when, 'when')].flatMap(({ element }) =>
      'as' in element && element.as !== undefined ? [element.as] : [],
    ),
    ...[...allSteps(trigger.do, 'do')].flatMap(({ step }) => ('id' in step ? [step.id] : [])),
  ]);

const beside = (path: string, text: string | undefined): readonly Beside[] => (text === undefined ? [] : [{ path, text }]);

type Asking = { readonly where?: string | undefined; readonly by?: string | undefined };

function useOf(at: string, field: string, name: string, { where, by: own }: Asking, by: string | undefined): EventUse {
  const key = own ?? by;
  const isKeyed = key !== undefined && key !== 'none';
  return {
    path: `${at}.${field}`,
    name,
    written: true,
    ...(isKeyed ? { key: { by: key, ...(own === undefined ? {} : { path: `${at}.by` }) } } : {}),
    reads: beside(`${at}.where`, where),
  };
}

const NAMED = ['event', 'not', 'seen', 'notSeen', 'inactive'] as const;
const SHOWN = ['page', 'screen', 'click', 'leave'] as const;

function elementUses(element: Element, at: string, by: string | undefined): readonly EventUse[] {
  const given = element as Asking & { readonly [field: string]: unknown };
  if ('stay' in element) return [{ ...useOf(at, 'stay', EVENT_OF.page, {}, by), written: false }];
  const shown = SHOWN.find((field) => given[field] !== undefined);
  if (shown !== undefined) return [{ ...useOf(at, shown, EVENT_OF[shown], given, by), written: false }];
  const field = NAMED.find((each) => typeof given[each] === 'string');
  const name = field === undefined ? undefined : given[field];
  if (field === undefined || typeof name !== 'string' || (field === 'inactive' && name === ANY)) return [];
  return [useOf(at, field, name, given, by)];
}

function letUses({ let: lets, by }: Trigger): readonly EventUse[] {
  return Object.entries(lets).flatMap(([name, spec]) => {
    if (!('list' in spec)) return [];
    const at = `let.${name}`;
    const unique = beside(`${at}.unique`, spec.unique);
    const sums = Object.entries(lets).flatMap(([sum, each]) =>
      'sum' in each && each.of === name ? beside(`let.${sum}.sum`, each.sum) : [],
    );
    const added = useOf(at, 'list', spec.list, { where: spec.where }, by);
    const minus = { path: `${at}.minus`, written: true, reads: unique };
    return [
      { ...added, reads: [...added.reads, ...unique, ...sums] },
      ...(spec.minus === undefined ? [] : [{ ...minus, name: spec.minus }]),
    ];
  });
}

/** What is awaited of a message of its own run is joined by that, not by a key. */
function stepUses(step: Step, path: string, by: string | undefined): readonly EventUse[] {
  if (!('wait' in step) || !('until' in step.wait)) return [];
  const { event, of, ...asking } = step.wait.until;
  return [useOf(`${path}.wait.until`, 'event', event, asking, of === undefined ? by : undefined)];
}

const exitUses = (exit: ExitRule, path: string, by: string | undefined): readonly EventUse[] =>
  'event' in exit ? [useOf(path, 'event', exit.event, exit, by)] : [];

function goalUses({ goal, by }: Trigger): readonly EventUse[] {
  if (goal === undefined) return [];
  const use = useOf('goal', 'event', goal.event, goal, by);
  return [{ ...use, reads: [...use.reads, ...beside('goal.value', goal.value)] }];
}
