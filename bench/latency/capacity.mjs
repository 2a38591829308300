import { setTimeout as pause } from 'node:timers/promises';
import { TOPICS } from '@tripline/model';
import { makeEvent, makeRandom } from '../processor/events.mjs';

const EVENTS = 100_000;
const USERS = 50_000;
const AT_ONCE = 2_000;
const RECORDS = 'tripline_processor_records_total';

/** Events per second that the processor takes while it catches up: it stands still until they are all in the topic. */
export async function findCapacity({ processor, log }) {
  const before = await processor.counter(RECORDS);
  const random = makeRandom(7);
  const now = Date.now();
  const entries = Array.from({ length: EVENTS }, (_, i) => ({ topic: TOPICS.events, ...makeEvent(random, i, USERS, now, 0) }));
  processor.freeze();
  for (let i = 0; i < EVENTS; i += AT_ONCE) await log.append(entries.slice(i, i + AT_ONCE));
  processor.thaw();
  const began = Date.now();
  while ((await processor.counter(RECORDS)) - before < EVENTS) await pause(50);
  return EVENTS / ((Date.now() - began) / 1_000);
}
