import type { Event } from '@tripline/model';
import type { Draft } from '../draft.js';
import type { Stub } from './identity.js';

/**
 * What still comes under an anonymous id that is a user's goes to the user's task, under its own message id, which tells repeats there.
 * What their task would pass over stays here.
 */
export function forward(draft: Draft, { user, heir = user }: Stub, event: Event): void {
  if (!draft.program.takes(event)) return;
  const anonymousId = event.person.slice('a:'.length);
  draft.outputs.push({
    kind: 'tell',
    input: { kind: 'event', ...event, person: event.outcome === undefined ? user : heir, anonymousId },
  });
  draft.note('forwarded');
}
