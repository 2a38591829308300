import { setTimeout as pause } from 'node:timers/promises';
import { parseJson, parseUtf8 } from '@tripline/kernel';
import { TOPICS } from '@tripline/model';
import { Kafka, logLevel } from 'kafkajs';

const PROBES = new Set(['arrival', 'absence']);

/** Reads tripline.actions from now on; `seen` maps the person of each probe's action to the instant it was read at. */
export async function watchActions(brokers) {
  const kafka = new Kafka({ brokers, clientId: 'bench-watch', logLevel: logLevel.ERROR });
  const consumer = kafka.consumer({ groupId: `bench-watch-${process.pid}`, maxWaitTimeInMs: 100 });
  const seen = new Map();
  let reading = false;
  await consumer.connect();
  await consumer.subscribe({ topics: [TOPICS.actions], fromBeginning: true });
  consumer.on(consumer.events.FETCH, () => (reading = true));
  await consumer.run({ eachBatch: ({ batch }) => Promise.resolve(batch.messages.forEach(({ value }) => note(seen, value))) });
  while (!reading) await pause(20);
  /** Resolves when all of these people had their action; rejects after `ms`, naming how many had not. */
  const untilSeen = async (people, ms) => {
    for (const end = Date.now() + ms; people.some((person) => !seen.has(person)); await pause(20))
      if (Date.now() > end) throw new Error(`${people.filter((person) => !seen.has(person)).length} of ${people.length} actions did not come in ${ms} ms`); // prettier-ignore
  };
  return { seen, untilSeen, close: () => consumer.disconnect() };
}

function note(seen, value) {
  const now = Date.now();
  const action = parseJson(parseUtf8(value));
  if (action.kind !== 'action' || !PROBES.has(action.trigger)) return;
  const person = action.person.slice(2);
  if (seen.has(person)) throw new Error(`${person} was to be written to twice`);
  seen.set(person, now);
}
