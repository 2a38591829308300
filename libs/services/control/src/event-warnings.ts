import { propertiesRead } from '@tripline/engine';
import type { Problem } from '@tripline/kernel';
import { CHANNELS, FINAL_STATUSES, LATER_STATUSES, type Segment, type Trigger } from '@tripline/model';
import { EVENT_NAMES_MAX, type EventSeen, type EventsSeen } from '@tripline/ports';
import { closest } from './closest.js';
import { namesBeside, segmentUses, triggerUses, type EventUse } from './event-uses.js';

/** Before so many events in all, nothing is said of a name that is not among them; nor, of one event, of what it does not carry. */
export const SEEN_ENOUGH = 20;

/** With more records still to be counted, nothing is said of a name either. */
export const BEHIND_MAX = 100_000;

/** What becomes of our own messages is known without being seen. */
const OUTCOMES: ReadonlySet<string> = new Set(
  CHANNELS.flatMap((channel) => [...FINAL_STATUSES, ...LATER_STATUSES].map((status) => `${channel}.${status}`)),
);

/**
 * Warns of events, keys and properties that nobody has ever seen: what rests on them will not happen. It never cries wolf: nothing is said on a
 * system that has hardly seen anything or has not caught up, nor where more was seen than could be remembered. Where counting has `halted` it says
 * of a name that is not there only that nobody knows, and of what events carry nothing.
 */
export function eventWarnings(
  document: Trigger | Segment,
  { events, behind, halted = false }: EventsSeen & { readonly halted?: boolean },
): readonly Problem[] {
  const isTrigger = 'do' in document;
  const uses = isTrigger ? triggerUses(document) : segmentUses(document);
  const others = isTrigger ? namesBeside(document) : new Set(['user']);
  const known = new Map(events.map((each) => [each.name, each]));
  const saysUnseen = behind <= BEHIND_MAX && events.length < EVENT_NAMES_MAX && seenFromOutside(events) >= SEEN_ENOUGH;
  return uses.flatMap((use) => {
    if (OUTCOMES.has(use.name)) return [];
    const event = known.get(use.name);
    if (halted) return event === undefined ? [notKnown(use)] : [];
    if (event === undefined) return saysUnseen ? [unseen(use, known)] : [];
    if (event.looked < SEEN_ENOUGH || event.cut) return [];
    return [...keyWarning(use, event), ...readWarnings(use, event, others)];
  });
}

const seenFromOutside = (seen: readonly EventSeen[]): number =>
  seen.reduce((sum, { name, total }) => (OUTCOMES.has(name) ? sum : sum + total), 0);

const notKnown = ({ path, name }: EventUse): Problem => ({
  path,
  message: `whether ${JSON.stringify(name)} has been seen is not known: counting events has halted, see /health`,
});

function unseen({ path, name, written }: EventUse, known: ReadonlyMap<string, EventSeen>): Problem {
  const near = written ? closest(name, [...known.keys(), ...OUTCOMES]) : undefined;
  const message = `${JSON.stringify(name)} has never been seen`;
  if (near === undefined) return { path, message: `${message}, nor anything like it: /api/events/names has what was` };
  const counted = known.get(near);
  return {
    path,
    message: `${message}; closest is ${JSON.stringify(near)}${counted === undefined ? '' : ` (${inOneDay(counted)})`}`,
  };
}

const inOneDay = ({ lastDay }: EventSeen): string => `${thousands(lastDay)} in 24 h`;
/** `1,204`. */
const thousands = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',');

/** Of a dotted path only the first name is known. */
function keyWarning({ path, name, key }: EventUse, event: EventSeen): readonly Problem[] {
  const property = key?.by.split('.')[0];
  if (key === undefined || property === undefined || carries(event, property)) return [];
  const meant = meantBy(property, event);
  const cure = `say \`by: ${meant ?? 'its own key'}\` here${key.path === undefined ? ', or `by: none`' : ''}`;
  return [{ path: key.path ?? path, message: `${never(name, property, event)}: it is joined to nothing; ${cure}` }];
}

function readWarnings({ name, reads }: EventUse, event: EventSeen, others: ReadonlySet<string>): readonly Problem[] {
  return reads.flatMap(({ path, text }) =>
    [...propertiesRead(text, others)].flatMap((property) => {
      if (carries(event, property)) return [];
      const meant = meantBy(property, event);
      const cure =
        meant === undefined ? `write default(${property}, …) where it may be missing` : `closest is ${JSON.stringify(meant)}`;
      return [{ path, message: `${never(name, property, event)}, and what rests on it is unknown; ${cure}` }];
    }),
  );
}

const never = (name: string, property: string, { looked }: EventSeen): string =>
  `${JSON.stringify(name)} has never carried ${JSON.stringify(property)} (${thousands(looked)} looked at)`;
const carries = ({ properties }: EventSeen, property: string): boolean => properties.some(({ name }) => name === property);
const meantBy = (property: string, { properties }: EventSeen): string | undefined =>
  closest(
    property,
    properties.map(({ name }) => name),
  );
