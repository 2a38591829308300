import { openKafkaLog } from '@tripline/adapters-kafka';
import { ALL_TOPICS, TOPICS } from '@tripline/model';
import { cartOf, control } from '../processor/events.mjs';
import { makeWatch } from '../processor/quiet.mjs';

const AT_ONCE = 2_000;

/** Writes the trigger and, for each of so many people, one thing put into a cart. Answers how many records those are. */
export async function fillPeople(brokers, users) {
  const log = await openKafkaLog({ brokers, clientId: 'bench-fill', watch: makeWatch() });
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions: 1 })));
  await log.append([{ topic: TOPICS.events, key: null, partition: 0, value: control() }]);
  const now = Date.now();
  for (let from = 0; from < users; from += AT_ONCE) {
    const count = Math.min(AT_ONCE, users - from);
    await log.append(Array.from({ length: count }, (_, i) => ({ topic: TOPICS.events, ...cartOf(from + i, now) })));
  }
  await log.close();
  return users + 1;
}
