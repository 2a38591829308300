import type { Event } from '@tripline/model';
import type { Draft } from './draft.js';
import type { Stub } from './identity.js';

/**
 * What still comes under an anonymous id that is a user's goes to the user's task, under its own message id, which tells repeats there.
 * What no trigger names, and says nothing of the person, their task would pass over: it stays here.
 */
export function forward(draft: Draft, { user, heir = user }: Stub, event: Event): void {
  const isOfUse = draft.program.interests(event.name).length > 0 || event.traits !== undefined || event.outcome !== undefined;
  if (!isOfUse) return;
  const anonymousId = event.person.slice('a:'.length);
  draft.outputs.push({
    kind: 'tell',
    input: { kind: 'event', ...event, person: event.outcome === undefined ? user : heir, anonymousId },
  });
  draft.note('forwarded');
}
