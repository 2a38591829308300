import { openKafkaLog } from '@tripline/adapters-kafka';
import { ALL_TOPICS, TOPICS } from '@tripline/model';
import { control, makeEvent, makeRandom, tick } from './events.mjs';
import { makeWatch } from './quiet.mjs';

const SEED = 1;
const AT_ONCE = 2_000;
/** The events spread over two hours of their own time, which ended before now. */
const SPAN_MS = 2 * 3_600_000;
const TICK_EVERY_MS = 10_000;

/** Makes the topics and writes the trigger, then the events (with a tick every ten seconds of their time, where deadlines are wanted). */
export async function fill(brokers, { events, users, partitions, deadlines }) {
  const log = await openKafkaLog({ brokers, clientId: 'bench-fill', watch: makeWatch() });
  await log.ensureTopics(ALL_TOPICS.map((name) => ({ name, partitions })));
  const everywhere = (value) =>
    Array.from({ length: partitions }, (_, partition) => ({ topic: TOPICS.events, key: null, partition, value }));
  await log.append(everywhere(control()));
  const random = makeRandom(SEED);
  const start = Date.now() - SPAN_MS - 3_600_000;
  const everyMs = SPAN_MS / events;
  let bytes = 0;
  let records = partitions;
  let nextTick = start + TICK_EVERY_MS;
  for (let i = 0; i < events;) {
    const entries = [];
    for (; i < events && entries.length < AT_ONCE; i++) {
      const event = makeEvent(random, i, users, start, everyMs);
      bytes += event.value.length;
      entries.push({ topic: TOPICS.events, ...event });
      if (!deadlines || start + i * everyMs < nextTick) continue;
      entries.push(...everywhere(tick(nextTick)));
      nextTick += TICK_EVERY_MS;
    }
    records += entries.length;
    await log.append(entries);
  }
  await log.close();
  return { records, bytesEach: Math.round(bytes / events) };
}
