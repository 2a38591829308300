import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { TOPICS } from '@tripline/model';
import { post, track } from '../shared/calls.mjs';
import { SETTLE_MS, WINDOW_MS } from './triggers.mjs';

const PATIENCE_MS = 60_000;
const EVERY_MS = 25;
const FROZEN_FOR_MS = WINDOW_MS + SETTLE_MS + 2_000;
/** So long it is looked whether anybody is written to who must not be. */
const FALSE_ALARMS_MS = 3_000;

let people = 0;
const makePeople = (count, name) => Array.from({ length: count }, () => `probe-${name}-${++people}`);

/** Milliseconds from sending an event to the collector until its action was read from tripline.actions, one by one. */
export async function arrivals({ collector, actions }, count) {
  const all = makePeople(count, 'arrival');
  const sent = new Map();
  const posts = [];
  for (const person of all) {
    const call = track(person, 'probe.sent');
    sent.set(person, call.timestamp.getTime());
    posts.push(post(collector.url, 'track', call));
    await pause(EVERY_MS);
  }
  await Promise.all(posts);
  await actions.untilSeen(all, PATIENCE_MS);
  return all.map((person) => actions.seen.get(person) - sent.get(person));
}

/** Milliseconds from deadline + settle of an absence until its action was read; never less than none. */
export async function absences({ collector, actions }, count) {
  const all = makePeople(count, 'absence');
  const due = new Map();
  const posts = [];
  for (const person of all) {
    const call = track(person, 'probe.opened');
    due.set(person, call.timestamp.getTime() + WINDOW_MS + SETTLE_MS);
    posts.push(post(collector.url, 'track', call));
    await pause(EVERY_MS);
  }
  await Promise.all(posts);
  await actions.untilSeen(all, PATIENCE_MS);
  return latenesses(actions, due);
}

function latenesses({ seen }, due) {
  const all = [...due].map(([person, at]) => seen.get(person) - at);
  assert.ok(all.every((late) => late >= 0), `an absence was decided ${-Math.min(...all)} ms early`); // prettier-ignore
  return all;
}

/** The collector stands still with unread calls, by which every second absence is none, until after the deadlines. Answers how late the others were, from its going on. */
export async function lag({ collector, actions, log }, count) {
  const all = makePeople(count, 'lag');
  const opened = all.map((person) => track(person, 'probe.opened'));
  const due = new Map(all.map((person, i) => [person, opened[i].timestamp.getTime() + WINDOW_MS + SETTLE_MS]));
  await post(collector.url, 'batch', { batch: opened });
  collector.freeze();
  const done = all.filter((_, i) => i % 2 === 0);
  const calls = done.map((person) =>
    Buffer.from(JSON.stringify({ ...track(person, 'probe.done'), messageId: `${person}-done` })),
  );
  await log.append(calls.map((value) => ({ topic: TOPICS.ingest, key: null, partition: 0, value })));
  assert.ok(Date.now() < Math.min(...due.values()) - SETTLE_MS, 'this machine is too slow to say what was done in time');
  await pause(FROZEN_FOR_MS);
  const early = all.filter((person) => actions.seen.has(person)).length;
  assert.equal(early, 0, `${early} were decided while it was not known what had been done`);
  collector.thaw();
  const thawed = Date.now();
  const silent = all.filter((person) => !done.includes(person));
  await actions.untilSeen(silent, PATIENCE_MS);
  await pause(FALSE_ALARMS_MS);
  const wrong = done.filter((person) => actions.seen.has(person)).length;
  assert.equal(wrong, 0, `${wrong} were written to who had done it in time`);
  return silent.map((person) => actions.seen.get(person) - Math.max(thawed, due.get(person)));
}
