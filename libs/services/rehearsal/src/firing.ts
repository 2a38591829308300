import { formatInstant } from '@tripline/kernel';
import { userIdOf, type Action } from '@tripline/model';

/** The events a condition took, by alias: one messageId, or several where the element takes several. */
export type TakenEvents = { readonly [alias: string]: string | readonly string[] };

/** One message that would have been asked for, as a line of a replay's answer. */
export type Firing = {
  readonly trigger: string;
  readonly userId?: string;
  readonly anonymousId?: string;
  /** When it was decided, in event time: the deadline, or the time of what completed it. */
  readonly firedAt: string;
  readonly events: TakenEvents;
  readonly step: string;
};

export function firingOf(action: Action): Firing {
  const userId = userIdOf(action.person);
  return {
    trigger: action.trigger,
    ...(userId === undefined ? { anonymousId: action.person.slice(2) } : { userId }),
    firedAt: formatInstant(action.decided),
    events: action.events ?? {},
    step: action.step,
  };
}
