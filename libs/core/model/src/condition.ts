import { days, type Duration } from '@tripline/kernel';
import { z } from 'zod';
import { alias, eventName, expression, keyPath, localTime, name, positive, trait, zone } from './document-fields.js';
import { schedule } from './schedule.js';

/** Elements of one condition, groups included. */
export const ELEMENTS_MAX = 20;
/** Groups within groups. */
export const CONDITION_DEPTH_MAX = 6;
/** How many events one `times` may ask for. */
export const TIMES_MAX = 100;
/** How often one silence may be told. */
export const AGAIN_MAX = 100;

/** What one looks at: an event by its name, or the events of web pages and apps by what people see, where `*` stands for anything. */
export const SUBJECTS = ['event', 'page', 'screen', 'click', 'leave'] as const;
export type Subject = (typeof SUBJECTS)[number];
/** Fields of the elements that look at pages, and the names their events have; those of clicks and leaving come from the web SDK as tracked events. */
export const PAGE_FIELDS = ['page', 'screen', 'click', 'leave', 'stay'] as const;
export const EVENT_OF = { page: '$page', screen: '$screen', click: 'element.clicked', leave: 'page.left' } as const;
export const PAGE_EVENTS: readonly string[] = Object.values(EVENT_OF);
/** The property of each that a pattern is held against. */
export const PROPERTY_OF = { page: 'path', screen: 'name', click: 'text', leave: 'path' } as const;

const subject = {
  event: eventName.optional(),
  page: eventName.optional(),
  screen: eventName.optional(),
  click: eventName.optional(),
  leave: eventName.optional(),
};
const test = { where: expression.optional(), by: keyPath.optional() };
const one = (given: { readonly [S in Subject]?: string | undefined }): boolean =>
  SUBJECTS.filter((field) => given[field] !== undefined).length === 1;
const ONE_OF = `must have exactly one of ${SUBJECTS.join(', ')}`;

const eventElement = z
  .strictObject({
    ...subject,
    ...test,
    as: alias.optional(),
    times: z.number().int().min(2).max(TIMES_MAX).optional(),
    within: positive.optional(),
  })
  .refine(one, { error: ONE_OF, abort: true });
const absenceElement = z.strictObject({ not: eventName, ...test, for: positive.optional() });
const seenElement = z.strictObject({ seen: eventName, ...test, within: positive });
const notSeenElement = z.strictObject({ notSeen: eventName, ...test, within: positive });
/** Told again while the silence lasts: `atMost` times in all. */
const again = z.strictObject({ every: positive, atMost: z.number().int().min(2).max(AGAIN_MAX) });
const inactiveElement = z.strictObject({ inactive: eventName, for: positive, again: again.optional(), as: alias.optional() });
const stayElement = z.strictObject({ stay: eventName, for: positive, as: alias.optional() });
const changedElement = z.strictObject({
  changed: trait,
  from: z.json().optional(),
  to: z.json().optional(),
  as: alias.optional(),
  within: positive.optional(),
});
const DAY = days(1);
const dateElement = z
  .strictObject({
    ...{ date: trait, before: positive.optional(), after: positive.optional() },
    ...{ at: localTime.optional(), zone: zone.optional(), yearly: z.boolean().default(false), as: alias.optional() },
  })
  .refine(({ before, after }) => before === undefined || after === undefined, 'takes `before` or `after`, not both')
  .refine(({ before = DAY, after = DAY, at }) => at === undefined || (before % DAY === 0 && after % DAY === 0), {
    error: 'gives the time of day: `before` and `after` are whole days then',
    path: ['at'],
  })
  .refine(({ before = DAY, after = DAY, yearly }) => !yearly || (before < 365 * DAY && after < 365 * DAY), {
    error: 'comes round before: `before` and `after` are shorter than 365d then',
    path: ['yearly'],
  });
const everyElement = z.strictObject({ every: schedule, in: name.optional(), zone: zone.optional(), as: alias.optional() });

const entersElement = z.strictObject({ enters: name, as: alias.optional(), within: positive.optional() });
const leavesElement = z.strictObject({ leaves: name, as: alias.optional(), within: positive.optional() });

/** One event, or so many of them within a span. `where` is judged on the event itself and the aliases before it; `within` counts from the element before. */
export type EventElement = z.output<typeof eventElement>;
/** With `for`: no such event in `[t, t + for)`, t being the element before. Without: none between the element before and the one after. */
export type AbsenceElement = z.output<typeof absenceElement>;
/** Looking back from the element before: such an event within the span before it, or none. */
export type SeenElement = z.output<typeof seenElement>;
export type NotSeenElement = z.output<typeof notSeenElement>;
/** Silence for a span. As what begins a condition once per spell or `again`; after an element counted from it, and anew from each such event. */
export type InactiveElement = z.output<typeof inactiveElement>;
/** Still on such a page after a span: no other page, and it was not left. */
export type StayElement = z.output<typeof stayElement>;
/** A trait of the person changed. */
export type ChangedElement = z.output<typeof changedElement>;
/** The person begins or ceases to belong to a segment. */
export type EntersElement = z.output<typeof entersElement>;
export type LeavesElement = z.output<typeof leavesElement>;
/** A date in a trait, or so long before or after it; every year with `yearly`. Only as the very first element. */
export type DateElement = z.output<typeof dateElement>;
/** A schedule on the clocks of a zone, for the people in a segment or for all. Only as the very first element. */
export type EveryElement = z.output<typeof everyElement>;
/** One after the other. */
export type SequenceElement = { readonly sequence: readonly Element[]; readonly within?: Duration | undefined };
/** All of them, in any order. */
export type AllElement = { readonly all: readonly Element[]; readonly within?: Duration | undefined };
/** The first of them. */
export type AnyElement = { readonly any: readonly Element[]; readonly within?: Duration | undefined };
export type Element =
  | EventElement
  | AbsenceElement
  | SeenElement
  | NotSeenElement
  | InactiveElement
  | StayElement
  | ChangedElement
  | EntersElement
  | LeavesElement
  | DateElement
  | EveryElement
  | SequenceElement
  | AllElement
  | AnyElement;

const looks = [absenceElement, seenElement, notSeenElement, inactiveElement, stayElement] as const;
const leaves = [eventElement, ...looks, changedElement, dateElement, everyElement, entersElement, leavesElement] as const;
const element: z.ZodType<Element> = z.lazy(() => z.union([...leaves, sequence, all, any]));
export const elements = z.array(element).min(1).max(ELEMENTS_MAX);
export const sequence = z.strictObject({ sequence: elements, within: positive.optional() });
const all = z.strictObject({ all: elements, within: positive.optional() });
const any = z.strictObject({ any: elements, within: positive.optional() });

export const CONDITION_FIELDS: readonly string[] = [again, ...leaves, sequence, all, any].flatMap((part) =>
  Object.keys(part.shape),
);

/** Where the elements of a group stand, with their paths under it; none for a leaf. */
export function childrenOf(element: Element): readonly { readonly path: string; readonly element: Element }[] {
  const [field, list] =
    'sequence' in element
      ? (['sequence', element.sequence] as const)
      : 'all' in element
        ? (['all', element.all] as const)
        : 'any' in element
          ? (['any', element.any] as const)
          : (['', []] as const);
  return list.map((child, i) => ({ path: `${field}.${i}`, element: child }));
}

/** Every element under `root` but itself, with its path, in the order of the document. */
export function* walk(root: Element, path: string): Generator<{ readonly path: string; readonly element: Element }> {
  for (const child of childrenOf(root)) {
    const at = `${path}.${child.path}`;
    yield { path: at, element: child.element };
    yield* walk(child.element, at);
  }
}

export const isLook = (element: Element): boolean => 'seen' in element || 'notSeen' in element;
/** What `seen` and `notSeen` beside it look back from. */
export const isSilentAll = (element: Element): boolean =>
  'all' in element &&
  element.all.some((each) => 'inactive' in each) &&
  element.all.every((each) => 'inactive' in each || isLook(each));
