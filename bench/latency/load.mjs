// Writes events of a shop to tripline.events, `rate` a second, until it is ended. Arguments: brokers, rate.
import { setTimeout as pause } from 'node:timers/promises';
import { openKafkaLog } from '@tripline/adapters-kafka';
import { TOPICS } from '@tripline/model';
import { makeEvent, makeRandom } from '../processor/events.mjs';
import { makeWatch } from '../processor/quiet.mjs';

const [brokers, rate] = [process.argv[2].split(','), Number(process.argv[3])];
const USERS = 50_000;
const AT_ONCE_MAX = 2_000;
const EVERY_MS = 20;
const log = await openKafkaLog({ brokers, clientId: 'bench-load', watch: makeWatch() });
const random = makeRandom(Date.now());
const began = Date.now();
for (let i = 0; ; await pause(EVERY_MS)) {
  const behind = Math.min(AT_ONCE_MAX, Math.floor(((Date.now() - began) / 1_000) * rate) - i);
  const now = Date.now();
  const entries = Array.from({ length: behind }, () => ({
    topic: TOPICS.events,
    ...makeEvent(random, i++, USERS, now, 0),
  }));
  if (entries.length > 0) await log.append(entries);
}
