import { deriveId } from '@tripline/kernel';
import { encodeTaskInput, TOPICS, type PersonKey } from '@tripline/model';
import type { Clock, EventLog } from '@tripline/ports';

/** Tells the task of a person who was set aside that they may go on. Of anybody else, and said again, it changes nothing. */
export async function releasePerson(log: EventLog, clock: Clock, person: PersonKey): Promise<void> {
  const received = clock.now();
  const value = encodeTaskInput({ kind: 'release', id: deriveId('rls', person, String(received)), person, received });
  await log.append([{ topic: TOPICS.events, key: person, value }]);
}
