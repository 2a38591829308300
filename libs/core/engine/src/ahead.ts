import type { Instant } from '@tripline/kernel';
import type { Event } from '@tripline/model';
import type { Draft } from './draft.js';
import { isRipe } from './timers.js';

/** Events of one person that wait for a tick; at one more the oldest is applied as if there were nothing due, and counted. */
export const AHEAD_MAX = 50;

/**
 * Events that were received when something of this person was due already, while no tick has said so: they wait for it, so that a tick that
 * comes late decides as one on time.
 * I1. An event waits only while something is due by the instant it was received; those that wait are applied in the order they were received,
 *     those of one instant as they came: what is forwarded from another id of the person may be overtaken on the way.
 * I2. What was received before that instant does not wait, however late it comes: a tick on time would have come after it too.
 */
export function isAhead(draft: Draft, { received }: Event): boolean {
  return isRipe(draft.state, received);
}

/** Lets it wait; answers the one that has to give way, which is to be applied at once. Of copies the first received waits: it is the one that will count. */
export function keepAhead(draft: Draft, event: Event): Event | undefined {
  const { ahead = [] } = draft.state;
  const copy = ahead.find(({ id }) => id === event.id);
  if (copy !== undefined && copy.received <= event.received) return void draft.note('event-repeated');
  const others = ahead.filter((each) => each !== copy);
  const at = others.findIndex(({ received }) => received > event.received);
  const all = at < 0 ? [...others, event] : others.toSpliced(at, 0, event);
  const [oldest, ...rest] = all;
  const isFull = all.length > AHEAD_MAX;
  draft.set({ ahead: isFull ? rest : all });
  draft.note(isFull ? 'ahead-full' : 'event-ahead');
  return isFull ? oldest : undefined;
}

/** Takes out the first that waits where nothing is due by the instant it was received. */
export function takeAhead(draft: Draft): Event | undefined {
  const [head, ...rest] = draft.state.ahead ?? [];
  if (head === undefined || isAhead(draft, head)) return undefined;
  draft.set({ ahead: rest.length === 0 ? undefined : rest });
  return head;
}

/** How far timers may fire before the first that waits has to be applied. */
export const firstAhead = (draft: Draft): Instant | undefined => draft.state.ahead?.[0]?.received;
