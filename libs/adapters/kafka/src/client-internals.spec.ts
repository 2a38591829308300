import { expect, test } from '@jest/globals';
import { assertVersion, repairTimer, requestQueue } from './client-internals.js';

type Queue = { pending: unknown[]; throttledUntil: number; throttleCheckTimeoutId: NodeJS.Timeout | null };
const makeQueue = (pending: unknown[]): Queue => Object.assign(Object.create(requestQueue()) as Queue, { pending, throttledUntil: -1, throttleCheckTimeoutId: null }); // prettier-ignore
const look = (queue: Queue): void =>
  (queue as unknown as { scheduleCheckPendingRequests(): void }).scheduleCheckPendingRequests();

test('the client is the version this adapter was read against', () => {
  expect(assertVersion).not.toThrow();
});

test('the client’s queue looks every millisecond with nothing pending; repaired, only while something is', () => {
  const before = makeQueue([]);
  look(before);
  expect(before.throttleCheckTimeoutId).not.toBeNull();
  clearTimeout(before.throttleCheckTimeoutId!);
  repairTimer();
  const idle = makeQueue([]);
  look(idle);
  expect(idle.throttleCheckTimeoutId).toBeNull();
  const busy = makeQueue([{}]);
  look(busy);
  expect(busy.throttleCheckTimeoutId).not.toBeNull();
  clearTimeout(busy.throttleCheckTimeoutId!);
});
