import { afterEach, beforeEach, describe } from '@jest/globals';
import { appendPromises, lookPromises, topicPromises } from './event-log-append.js';
import { groupPromises } from './event-log-groups.js';
import { failurePromises, readPromises } from './event-log-read.js';
import { LogBench, type EventLogPlace } from './log-bench.js';

const OPEN_MS = 60_000;

/** Every promise of the `EventLog` port, for an adapter to keep. Topics and groups have new names in each test, so that one broker serves all. */
export function describeEventLog(name: string, open: () => Promise<EventLogPlace>): void {
  describe(`an event log: ${name}`, () => {
    let current: LogBench;
    beforeEach(async () => {
      current = new LogBench(await open());
    }, OPEN_MS);
    afterEach(() => current.close(), OPEN_MS);
    const bench = (): LogBench => current;
    topicPromises(bench);
    appendPromises(bench);
    lookPromises(bench);
    readPromises(bench);
    failurePromises(bench);
    groupPromises(bench);
  });
}
