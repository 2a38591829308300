import { encodeTaskInput, linksOf, TOPICS } from '@tripline/model';
import type { Entry, Watch } from '@tripline/ports';
import type { Encoded } from './parse-call.js';

/**
 * What is appended for one call: the event in its person's partition and, where the call says that an anonymous id is this user, a link in
 * that id's. All or nothing: the call is accepted when every one of them is acknowledged.
 */
export function entriesOf({ event, value }: Encoded, { meter }: Watch): readonly Entry[] {
  const links = linksOf(event);
  if (links.length > 0) meter.count('tripline_collector_links_total', {}, links.length);
  return [
    { topic: TOPICS.events, key: event.person, value },
    ...links.map((link) => ({ topic: TOPICS.events, key: link.person, value: encodeTaskInput(link) })),
  ];
}
