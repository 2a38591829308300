import { afterEach, expect, test } from '@jest/globals';
import { OperatingError } from '@tripline/kernel';
import { RecordingWatch } from '@tripline/testing-builders';
import type { Kafka } from 'kafkajs';
import type { BrokerView } from './broker-view.js';
import { GroupReader } from './group-reader.js';

type Listener = (event: { payload: unknown }) => void;

/** A client whose consumers join or crash as the test says, in the client's own order: `run` resolves after it told of a crash. */
function makeClient(runs: ('joins' | 'crashes')[]) {
  const made: { seeks: string[] }[] = [];
  const consumer = () => {
    const listeners = new Map<string, Listener>();
    const seeks: string[] = [];
    const nothing = () => Promise.resolve();
    made.push({ seeks });
    const tell = (event: string, payload: unknown) => listeners.get(event)?.({ payload });
    const run = () => {
      if (runs.shift() === 'joins') tell('join', { memberAssignment: { t: [0] } });
      else tell('crash', { error: new Error('the coordinator is not there') });
      return Promise.resolve();
    };
    return {
      events: { GROUP_JOIN: 'join', HEARTBEAT: 'heartbeat', CRASH: 'crash', END_BATCH_PROCESS: 'end' },
      on: (event: string, listener: Listener) => void listeners.set(event, listener),
      seek: ({ offset }: { offset: string }) => void seeks.push(offset),
      ...{ connect: nothing, subscribe: nothing, run, commitOffsets: nothing, disconnect: nothing },
      ...{ pause: () => undefined, resume: () => undefined },
    };
  };
  return { kafka: { consumer } as unknown as Kafka, made };
}

const readers: GroupReader[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
});

function makeReader(kafka: Kafka, bounds: () => Promise<unknown>) {
  const subscription = { group: 'g', topics: ['t'], handle: () => Promise.resolve() };
  const view = { bounds } as unknown as BrokerView;
  const committed = () => Promise.resolve(new Map([[0, 7]]));
  const watch = new RecordingWatch();
  const reader = new GroupReader(() => ({ kafka, view, committed, subscription, instance: 'i', follows: false, watch }));
  readers.push(reader);
  return reader;
}

const bounds = () => Promise.resolve([{ partition: 0, first: 0, end: 9 }]);
async function until(holds: () => boolean): Promise<void> {
  for (const ends = Date.now() + 4_000; !holds() && Date.now() < ends;) await new Promise((resolve) => setTimeout(resolve, 10));
}

test('joins again after a crash, also when the next attempt crashes while it joins', async () => {
  const { kafka, made } = makeClient(['crashes', 'crashes', 'joins']);
  const reader = makeReader(kafka, bounds);
  await reader.open();
  await until(() => made.length === 3 && made[2]!.seeks.length > 0);
  expect(made.map(({ seeks }) => seeks)).toEqual([[], [], ['7']]);
});

test('begins a partition although the broker could not tell its bounds at first', async () => {
  const { kafka, made } = makeClient(['joins']);
  let asked = 0;
  const reader = makeReader(kafka, () =>
    asked++ === 0 ? Promise.reject(new OperatingError('log-unavailable', 'later', 'no leader')) : bounds(),
  );
  await reader.open();
  await until(() => made[0]!.seeks.length > 0);
  expect(made[0]!.seeks).toEqual(['7']);
});
